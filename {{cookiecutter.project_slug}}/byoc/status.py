"""The training's status: what it is doing, in a few words that its supervisor can read at any time."""

import mmap

LONGEST = 200  # bytes
# Both are shared with the supervisor, which forks this process.
_text = mmap.mmap(-1, LONGEST)
_steps = mmap.mmap(-1, 8)


def update(doing: str) -> None:
    """Set what it is doing from now on, such as `reading channel training`."""
    _text[:] = doing.encode(errors="replace")[:LONGEST].ljust(LONGEST, b"\0")
    step()


def current() -> str:
    return _text[:].rstrip(b"\0").decode(errors="ignore") or "starting"


def step() -> None:
    """Count a step forward: a host whose count stands still may be stuck."""
    _steps[:] = (steps() + 1).to_bytes(8)


def steps() -> int:
    return int.from_bytes(_steps[:])
