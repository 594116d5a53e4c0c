"""How much memory this container may still allocate, by its cgroup's limit (M-05)."""

import math
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CGROUP_V2 = Path("/sys/fs/cgroup")
CGROUP_V1 = Path("/sys/fs/cgroup/memory")
MEMINFO = Path("/proc/meminfo")
FILES_V2 = ("memory.max", "memory.current", "inactive_file")
FILES_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
LARGEST_RESERVE = 1 << 30


@dataclass(frozen=True)
class Memory:
    """All of it and what is left of it, in bytes; infinite where nothing tells."""

    limit: float
    left: float

    @property
    def reserve(self) -> float:
        """What models must leave to the requests under way and to the server: a tenth, but 1 GiB at most."""
        return min(self.limit / 10, LARGEST_RESERVE)


def size(folder: Path) -> int:
    """Bytes of all files in it, as far as they can be seen: loading them tells what is wrong with the others."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(place, name)).st_size
    return total


def shortage(needed: float) -> str:
    """Why so many more bytes do not fit, or "" if they do."""
    memory = now()
    if memory.left - needed >= memory.reserve:
        return ""
    sizes = (f"{size / (1 << 20):.0f} MiB" for size in (needed, memory.left, memory.reserve))
    return "not enough memory: {} needed at least, {} left, of which {} are kept back".format(*sizes)


def now() -> Memory:
    """The tightest of the limits: the cgroup's, of either version, and the host's."""
    found = [_cgroup(CGROUP_V2, *FILES_V2), _cgroup(CGROUP_V1, *FILES_V1), _host(MEMINFO)]
    return min(found, key=lambda memory: memory.left)


def _cgroup(folder: Path, limit_file: str, usage_file: str, cache: str) -> Memory:
    """The kernel gives the file cache back by itself before it runs short, so what is inactive of it is not used."""
    try:
        limit = int((folder / limit_file).read_text())
        used = int((folder / usage_file).read_text()) - _table(folder / "memory.stat")[cache]
    except (OSError, ValueError, KeyError):  # no such files, or "max"
        return Memory(math.inf, math.inf)
    return Memory(limit, limit - used)


def _host(meminfo: Path) -> Memory:
    try:
        table = _table(meminfo)
        return Memory(table["MemTotal:"] * 1024, table["MemAvailable:"] * 1024)
    except (OSError, ValueError, KeyError):  # not Linux
        return Memory(math.inf, math.inf)


def _table(file: Path) -> dict[str, int]:
    return {words[0]: int(words[1]) for words in map(str.split, file.read_text().splitlines())}
