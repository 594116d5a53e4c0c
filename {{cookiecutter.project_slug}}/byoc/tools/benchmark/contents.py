"""Run inside an image by sizes.py: prints as JSON the bytes of each Debian and Python package, and of the program."""

import importlib.metadata
import json
import os
import stat
import sys
from collections.abc import Iterable
from importlib.util import cache_from_source
from pathlib import Path

PROGRAM = Path("/opt/program")
LISTS = Path("/var/lib/dpkg/info")


def size(files: Iterable[Path]) -> int:
    """Bytes of those that are there, and of what Python has compiled of them, without what links and folders take."""
    files = list(files)
    found = 0
    for file in [*files, *(Path(cache_from_source(file)) for file in files if file.suffix == ".py")]:
        try:
            status = os.lstat(file)
        except OSError:  # left out while the image was built
            continue
        found += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return found


def debian() -> dict[str, int]:
    lists = {path.name.removesuffix(".list").partition(":")[0]: path for path in LISTS.glob("*.list")}
    return {name: size(map(Path, path.read_text().splitlines())) for name, path in lists.items()}


def python() -> dict[str, int]:
    """Of the virtual environment."""
    folders = [path for path in sys.path if path.startswith(f"{sys.prefix}/")]
    return {
        f"{each.name} {each.version}": size(Path(each.locate_file(file)) for file in each.files or ())
        for each in importlib.metadata.distributions(path=folders)
    }


if __name__ == "__main__":
    program = size(PROGRAM.rglob("*"))
    print(json.dumps({"Debian": debian(), "Python": python(), "the program": {"": program}}))
