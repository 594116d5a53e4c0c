"""Linters over all files of their kind below a folder. Each fails with what the linter says."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

LOADERS = {
    ".json": json.loads,
    ".py": ast.parse,
    ".toml": tomllib.loads,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
}


def run(folder: Path, tool: str, *arguments: str) -> str:
    """Run a linter in `folder`, from the environment of this Python if it is there; returns what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = shutil.which(tool, path=path)
    if not found:
        pytest.fail(f"{tool} is not installed; install it with: pip install -r requirements/test.txt", pytrace=False)
    command = [found, *arguments]
    result = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert result.returncode == 0, f"{tool} in {folder}:\n{result.stdout}{result.stderr}"
    return result.stdout


def ruff(folder: Path, *options: str) -> None:
    """Rules and format, of all that is Python, by the folder's own pyproject.toml."""
    run(folder, "ruff", "check", "--no-cache", "--output-format=concise", *options)
    run(folder, "ruff", "format", "--check", "--diff", "--no-cache", *options)


def shellcheck(folder: Path) -> None:
    files = [name for name in texts(folder) if name.endswith(".sh") or interpreter(folder / name) in ("bash", "sh")]
    # An option's scripts read what a project has beside them, and the template has elsewhere.
    beside = [f"--source-path={path.parent}" for path in folder.glob("*/local_test/train_local.sh")]
    run(folder, "shellcheck", "--norc", "--external-sources", "--source-path=SCRIPTDIR", *beside, *files)


def hadolint(folder: Path) -> None:
    run(folder, "hadolint", "--no-color", *matching(folder, "**/Dockerfile"))


def actionlint(folder: Path) -> None:
    """actionlint's checks, by the fork of it that PyPI has, and all of zizmor's, about security and Dependabot."""
    files = matching(folder, ".github/workflows/*")
    run(folder, "jactionlint", "--no-color", "--profile=correctness", *files)
    files += matching(folder, ".github/dependabot.yml")
    options = ["--quiet", "--offline", "--no-progress", "--strict-collection", "--pedantic"]
    run(folder, "zizmor", *options, *files)


def gixy(folder: Path) -> None:
    """What is unsafe in nginx's configuration. `serve` sees to the limit of open files, for every server."""
    options = ["--skips", "worker_rlimit_nofile_vs_connections"]
    run(folder, "gixy", *options, *matching(folder, "**/program/nginx.conf"))


def load(folder: Path) -> None:
    """Everything that is Python or data can be read."""
    for name, text in texts(folder).items():
        suffix = ".py" if is_python(folder / name) else Path(name).suffix
        try:
            LOADERS.get(suffix, str)(text)
        except Exception as error:
            raise AssertionError(f"{name} does not load: {error}") from error


def python_files(folder: Path) -> set[str]:
    return {name for name in texts(folder) if is_python(folder / name)}


def is_python(file: Path) -> bool:
    return file.suffix == ".py" or interpreter(file).startswith("python")


def interpreter(file: Path) -> str:
    """The program that a file's first line asks for, as in `#!/usr/bin/env bash`, or nothing."""
    with file.open("rb") as opened:
        line = opened.readline().decode(errors="replace").split()
    return line[-1].rpartition("/")[2] if line and line[0].startswith("#!") else ""


def texts(folder: Path) -> dict[str, str]:
    """The text of every file that has no NUL byte; fails where it is not UTF-8."""
    contents = {name: (folder / name).read_bytes() for name in matching(folder, "**/*")}
    return {name: content.decode("utf-8") for name, content in contents.items() if b"\0" not in content}


def matching(folder: Path, pattern: str) -> list[str]:
    """The files that match; fails where there is none, for then nothing was linted."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())
    assert files, f"{folder} has no {pattern}"
    return files
