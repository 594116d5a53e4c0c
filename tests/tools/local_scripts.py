"""The scripts in local_test/, run in a copy of the project whose algorithm takes no time."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from jobs import ALGORITHM


def copied(project: Path, copy: Path, train: str) -> Path:
    """The project with another `train`, in a folder with a blank in its name, with this Python as `make install`'s."""
    for folder in ("byoc", "program", "local_test"):
        shutil.copytree(project / folder, copy / folder)
    (copy / "program/algorithm.py").write_text(ALGORITHM + train)
    (copy / "local_test/test_dir/input/config/hyperparameters.json").write_text("{}")  # it knows none of the example's
    python = copy / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    for name in ("python", "python3"):
        (python.parent / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (python.parent / name).chmod(0o755)
    return copy


def command(project: Path, script: str, *arguments: str, **environment: str) -> tuple[list[str], dict[str, str]]:
    """What to run, and in which environment."""
    everything = {**os.environ, **environment}
    everything.pop("SAGEMAKER_BASE_DIR", None)
    return [str(project / "local_test" / script), *arguments], everything


def run(project: Path, script: str, *arguments: str, cwd: Path | None = None, **environment: str):
    words, everything = command(project, script, *arguments, **environment)
    return subprocess.run(
        words, cwd=cwd or project.parent, env=everything, capture_output=True, text=True, timeout=60, check=False
    )


def assert_one_line(result: subprocess.CompletedProcess, *words: str) -> None:
    assert result.returncode != 0
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
