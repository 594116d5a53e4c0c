"""Writes files so that a reader, or an upload at any moment, never sees half of one."""

import os
from pathlib import Path


def write_atomically(target: Path, content: bytes, staging: Path) -> None:
    """Write `content` to `target` in one step.

    The unfinished file lies in `staging`, not beside `target`, because SageMaker uploads whatever the model
    folder holds when a job is stopped (T-42). Where `staging` is on another file system, or cannot be written,
    a rename cannot be atomic from there; then the unfinished file is a hidden one beside the target.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    name = f".{target.name}.{os.getpid()}"
    try:
        write_and_rename(staging / name, target, content)
    except OSError:
        write_and_rename(target.with_name(name), target, content)


def write_and_rename(unfinished: Path, target: Path, *parts: bytes) -> None:
    """Write `parts` to `unfinished`, and only when all of it is on the disk, call that `target`."""
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
