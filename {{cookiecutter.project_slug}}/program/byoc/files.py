"""Writing files so that a reader, or an upload at any moment, never sees half of one."""

import os
from pathlib import Path


def write_atomically(target: Path, content: bytes, staging: Path) -> None:
    """Write `content` to `target` in one step.

    The unfinished file lies in `staging`, not beside `target`, because SageMaker uploads whatever the model
    folder holds when a job is stopped (T-42). Where `staging` is on another file system, or cannot be written,
    a rename cannot be atomic from there; then the unfinished file is a hidden one beside the target.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_and_rename(target, content, staging)
    except OSError:
        _write_and_rename(target, content, target.parent)


def _write_and_rename(target: Path, content: bytes, staging: Path) -> None:
    unfinished = staging / f".{target.name}.{os.getpid()}"
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
