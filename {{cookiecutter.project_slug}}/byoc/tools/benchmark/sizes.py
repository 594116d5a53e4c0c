"""List the size of each part of an image above its base: python3 -m byoc.tools.benchmark.sizes IMAGE [BASE]"""

import json
import sys
from pathlib import Path

from .outcome import BenchmarkError, LeftOut
from .targets import engine
from .targets.target_image import Image, default_base

USAGE = "usage: python3 -m byoc.tools.benchmark.sizes IMAGE [BASE]"
CONTENTS = Path(__file__).with_name("contents.py")
SHOWN = 0.05  # MB; what is smaller is added up
Part = tuple[float, str]  # MB (10^6 bytes), and what has them


def parts(image: str, base: str) -> list[Part]:
    """What an image adds to its base, the largest first, all of it. Raises BenchmarkError."""
    try:
        total = Image(image, Path(), base).size()
    except LeftOut as reason:
        raise BenchmarkError(f"{image}: {str(reason).replace('--base', 'BASE_IMAGE=')}") from None
    there = set(engine.output(base, "dpkg-query", "--show", "--showformat", "${Package}\n").split())
    contents = json.loads(engine.output(image, "python3", "-c", CONTENTS.read_text("utf-8")))
    found = [
        (size / 1e6, f"{kind} {name}".strip())
        for kind, packages in contents.items()
        for name, size in packages.items()
        if not (kind == "Debian" and name in there)
    ]
    large = sorted((part for part in found if part[0] >= SHOWN), reverse=True)
    small = [size for size, _ in found if size < SHOWN]
    rest = total - sum(size for size, _ in found)
    return [
        *large,
        (sum(small), f"{len(small)} smaller ones"),
        (rest, "the rest: lists of all these, and what a later layer removes"),
    ]


def main(words: list[str]) -> int:
    if not 1 <= len(words) <= 2:
        print(USAGE, file=sys.stderr)
        return 2
    image, base = words if len(words) == 2 else (words[0], default_base())
    try:
        engine.require()
        found = parts(image, base)
    except BenchmarkError as error:
        print(f"sizes: {error}", file=sys.stderr)
        return 1
    print(f"{'MB':>6}")
    for size, what in [*found, (sum(size for size, _ in found), f"{image}, above {base}")]:
        print(f"{size:6.1f}  {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
