"""A process's descendants, and the memory that processes take together."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path


def family(root: int) -> list[int]:
    """A process and all its descendants, by `ps`."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, timeout=30).stdout
    children = defaultdict(list)
    for pid, parent in (map(int, line.split()) for line in listed.splitlines()):
        children[parent].append(pid)
    found = [root]
    for pid in found:  # it grows on the way
        found += children[pid]
    return found


def proportional_set_size(pids: Iterable[int]) -> int:
    """Bytes that the processes really take: PSS shares out the pages that processes have in common.

    Raises PermissionError for another user's processes, and returns 0 where there is no Linux's /proc.
    """
    return sum(map(_pss, pids))


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since it was listed
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)  # a process that is about to end has none
    return int(found[1]) * 1024 if found else 0
