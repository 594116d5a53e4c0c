"""One environment for several projects, each of which finds in it the packages of its own locks and no other.

The locks of all options agree, so what several of them pin is installed and compiled once. A project's own `.venv` has
links to what it pins: what one has forgotten to ask for it does not find, although others brought it.
"""

import csv
import re
import sysconfig
from collections import defaultdict
from pathlib import Path

import environments

PIN = re.compile(r"^([\w.-]+)(?:\[.*\])?==", re.MULTILINE)
SEED = "pip"  # which is in every environment
# The first line of a script bears no path with a space; this is Python, and shell.
LAUNCHER = """#!/bin/sh
'''exec' "{own}/bin/python" "$0" "$@"
' '''"""
Files = list[tuple[str, list[str]]]  # of which package, and the parts of its path below the environment's packages


class SharedEnvironment:
    def __init__(self, folder: Path):
        self.folder = folder
        self._locks: set[str] = set()  # that are installed here
        environments.create(folder, "--seed")

    def give(self, project: Path) -> None:
        """Make the project's environment, after adding here what it lacks."""
        locks = {name: environments.lines(project, "txt", name) for name in environments.LOCKS}
        lacking = [name for name, lock in locks.items() if lock not in self._locks]
        environments.install(project, *lacking, into=self.folder)
        self._locks.update(locks.values())
        environments.create(project / ".venv", "--clear")
        wanted = {SEED, *map(normal, PIN.findall("".join(locks.values())))}
        files = list(self._files())
        for name, parts in files:
            if name in wanted and parts[0] == ".." and parts[-2] == "bin":
                self._add_program(parts[-1], project / ".venv")
        self._link(
            packages(self.folder), packages(project / ".venv"), [each for each in files if each[1][0] != ".."], wanted
        )
        environments.finish(project)

    def _files(self) -> Files:
        """Of all packages, as they have recorded them, but for bytecode."""
        found = []
        for record in packages(self.folder).glob("*.dist-info/RECORD"):
            name = normal(record.parent.name.partition("-")[0])
            with record.open(encoding="utf-8", newline="") as lines:
                found += [(name, row[0].split("/")) for row in csv.reader(lines) if "__pycache__" not in row[0]]
        return found

    def _link(self, source: Path, target: Path, files: Files, wanted: set[str]) -> None:
        """What only those wanted have there becomes a link; a folder that others have a part in is made anew."""
        below: dict[str, Files] = defaultdict(list)
        for name, (first, *others) in files:
            below[first].append((name, others))
        for entry, its in below.items():
            owners = {name for name, _ in its}
            if owners <= wanted:
                (target / entry).symlink_to(source / entry)
            elif owners & wanted:
                (target / entry).mkdir()
                self._link(source / entry, target / entry, its, wanted)

    def _add_program(self, name: str, own: Path) -> None:
        """A script names the Python that runs it, which is to be the project's."""
        source, target = self.folder / "bin" / name, own / "bin" / name
        if not source.read_bytes().startswith(b"#!"):
            target.symlink_to(source)
            return
        _, *lines = source.read_text(encoding="utf-8").splitlines()
        code = lines[2:] if lines[0].startswith("'''exec'") else lines
        target.write_text("\n".join([*LAUNCHER.format(own=own).splitlines(), *code, ""]), encoding="utf-8")
        target.chmod(0o755)


def packages(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))


def normal(name: str) -> str:
    """A package's name as all write it alike."""
    return re.sub(r"[-_.]+", "-", name).lower()
