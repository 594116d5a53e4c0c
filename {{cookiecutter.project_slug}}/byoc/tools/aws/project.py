"""What the project around sagemaker.toml says of itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """Facts that rules go by; a file that is missing says nothing."""

    root: Path
    for_gpus: bool  # the image is built on CUDA
    claims: frozenset[str]  # of tests/claims: "checkpoints", "distributed"

    @classmethod
    def at(cls, root: Path) -> "Project":
        """`root` holds sagemaker.toml."""
        base = next((line for line in _lines(root / "Dockerfile") if line.startswith("ARG BASE_IMAGE=")), "")
        words = " ".join(_lines(root / "tests" / "claims")).split()
        return cls(root, "cuda" in base, frozenset(words))


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
