"""Merges what the hosts of a job left, as SageMaker does."""

import filecmp
import shutil
from pathlib import Path

MERGED = ("model", "output/data")  # what all hosts leave there becomes one folder (T-44)


def clashes(folders: list[Path]) -> list[str]:
    """What hosts left by one name, but not alike, where only one of them can be kept (D-06)."""
    found: dict[Path, list[Path]] = {}
    for folder in folders:
        for path in (path for name in MERGED for path in sorted((folder / name).rglob("*"))):
            found.setdefault(path.relative_to(folder), []).append(folder)
    return [
        f"{name} is not the same on {', '.join(folder.name for folder in having)}; the first host's is kept, but on "
        "SageMaker any may be: write it only `if job.leads`, or with job.cluster.current_host in its name"
        for name, having in found.items()
        if not all(_alike(having[0] / name, other / name) for other in having[1:])
    ]


def put_together(folders: list[Path], test_dir: Path) -> None:
    """Of files of one name, the first host's; of checkpoints, its alone: it saves them, and removes old ones (C-03)."""
    for folder in reversed(folders):
        for name in ("model", "output"):
            if (folder / name).is_dir():
                shutil.copytree(folder / name, test_dir / name, dirs_exist_ok=True)
    shutil.rmtree(test_dir / "checkpoints", ignore_errors=True)
    if (folders[0] / "checkpoints").is_dir():
        shutil.copytree(folders[0] / "checkpoints", test_dir / "checkpoints")


def _alike(one: Path, other: Path) -> bool:
    return (one.is_dir() and other.is_dir()) or filecmp.cmp(one, other, shallow=False)
