"""What this host is doing, in a few words that its supervisor can read at any time, and tells the other hosts."""

import mmap

LONGEST = 200  # bytes
# Both are shared with the supervisor, which forks this process.
_told = mmap.mmap(-1, LONGEST)
_steps = mmap.mmap(-1, 8)


def tell(doing: str) -> None:
    """Say what comes next, such as `reading channel training`."""
    _told[:] = doing.encode(errors="replace")[:LONGEST].ljust(LONGEST, b"\0")
    step()


def told() -> str:
    return _told[:].rstrip(b"\0").decode(errors="ignore") or "starting"


def step() -> None:
    """Count that this host is a step further, whether or not it told of one: it is not stuck."""
    _steps[:] = (steps() + 1).to_bytes(8)


def steps() -> int:
    return int.from_bytes(_steps[:])
