"""How many CPUs this container may use, which is not how many the host has (S-28, D-13)."""

import math
import os
from pathlib import Path

CGROUP_V2 = Path("/sys/fs/cgroup/cpu.max")
CGROUP_V1 = Path("/sys/fs/cgroup/cpu")


def available() -> int:
    """CPUs by affinity, but no more than the cgroup's quota, rounded up; at least 1."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(count, quota(CGROUP_V2, CGROUP_V1))))


def quota(v2: Path, v1: Path) -> float:
    """The CPUs that the cgroup grants; infinite if it sets no limit, or none that makes sense."""
    files = [v2] if v2.exists() else [v1 / "cpu.cfs_quota_us", v1 / "cpu.cfs_period_us"]
    try:
        limit, period = (int(word) for file in files for word in file.read_text().split())
    except (OSError, ValueError):  # no such files, or "max"
        return math.inf
    return limit / period if limit > 0 and period > 0 else math.inf  # v1 says -1 for no limit
