"""A project as far as `deploy/sagemaker` looks at it."""

from pathlib import Path

START = 'name = "my-model"\nregion = "eu-west-1"\n'


def written(folder: Path, content: str, claims: str = "", base: str = "python:3.13-slim-trixie") -> Path:
    """Write sagemaker.toml, with `content` after its first lines, and what its rules ask for; returns its path."""
    (folder / "local_test/test_dir/input/data/training").mkdir(parents=True, exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests/claims").write_text(claims)
    (folder / "Dockerfile").write_text(f'ARG BASE_IMAGE="{base}"\nFROM ${{BASE_IMAGE}}\n')
    (folder / "sagemaker.toml").write_text(START + content)
    return folder / "sagemaker.toml"
