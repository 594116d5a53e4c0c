"""Check that requirements/*.txt pin what requirements/*.in ask for, with hashes, on every system (L-16).

`python -m byoc.tools.packages.locks FOLDER` prints what is wrong, a line each; the exit code is 1 if anything is.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from byoc.image.pythons import PYTHONS

SYSTEMS = [
    {"python_version": version, "python_full_version": f"{version}.9", "platform_machine": machine, **system}
    for version in PYTHONS
    for machine, system in [
        ("x86_64", {"sys_platform": "linux", "platform_system": "Linux"}),
        ("aarch64", {"sys_platform": "linux", "platform_system": "Linux"}),
        ("arm64", {"sys_platform": "darwin", "platform_system": "Darwin"}),
    ]
]


class Pin(NamedTuple):
    requirement: Requirement
    hashes: list[str]
    origins: list[str]  # what brought it: a package's name, or "-r FILE.in"


def pins(lock: Path) -> list[Pin]:
    """All that a lock pins. Raises InvalidRequirement for a line that is none."""
    blocks = re.split(r"^(?=\w)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [
        Pin(
            Requirement(block.partition("\n")[0].removesuffix("\\")),
            re.findall(r"--hash=(sha256:[0-9a-f]{64})\b", block),
            re.findall(r"^ +# +(?:via +)?(\S.*)", block, re.MULTILINE),
        )
        for block in blocks
    ]


def asked(input: Path) -> list[Requirement]:
    lines = (re.sub(r"(^|\s+)#.*", "", line).strip() for line in input.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def faults(input: Path) -> Iterator[str]:
    """What a lock does not pin as its input asks for, or pins for an input that asks for it no more."""
    lock = input.with_suffix(".txt")
    known = pins(lock)
    for system in SYSTEMS:
        versions = {name(pin.requirement): version(pin) for pin in installed(known, system)}
        wanted = {name(each): each for each in asked(input) if each.marker is None or each.marker.evaluate(system)}
        for each in wanted.values():
            found = versions.get(name(each))
            if not found or not each.specifier.contains(found, prereleases=True):
                yield f"{input.name} asks for {each}, and {lock.name} pins {found or 'none'}; run: make lock"
        direct = {name(pin.requirement) for pin in installed(known, system) if f"-r {input.name}" in pin.origins}
        for each in direct - set(wanted):
            yield f"{lock.name} pins {each}, and {input.name} asks for it no more; run: make lock"


def disagreements(locks: Iterable[Path]) -> Iterator[str]:
    """Packages of which several versions would be installed together."""
    known = {lock: pins(lock) for lock in locks}
    for system in SYSTEMS:
        found = defaultdict(lambda: defaultdict(list))
        for lock, pinned in known.items():
            for pin in installed(pinned, system):
                found[name(pin.requirement)][version(pin)].append(str(lock))
        yield from (f"{package}: {dict(versions)}" for package, versions in found.items() if len(versions) > 1)


def installed(pinned: list[Pin], system: dict[str, str]) -> list[Pin]:
    return [pin for pin in pinned if pin.requirement.marker is None or pin.requirement.marker.evaluate(system)]


def name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def version(pin: Pin) -> str:
    """The one that is pinned, "" if it is not a single one."""
    exact = re.fullmatch(r"==([^*,]+)", str(pin.requirement.specifier))
    return exact[1] if exact else ""


def main(folder: Path) -> int:
    inputs = sorted(folder.glob("*.in"))
    unlocked = [file for file in inputs if not file.with_suffix(".txt").exists()]
    locked = [file for file in inputs if file not in unlocked]
    problems = [f"{file.name} is not locked yet; run: make lock" for file in unlocked]
    problems += [fault for file in locked for fault in faults(file)]
    problems += disagreements(file.with_suffix(".txt") for file in locked)
    for problem in dict.fromkeys(problems):  # each system may have the same one
        print(f"locks: {problem}", file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
