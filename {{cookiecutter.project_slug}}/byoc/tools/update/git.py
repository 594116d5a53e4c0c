"""Runs git, and says in one line why a command of it failed."""

import os
import subprocess
from pathlib import Path


class Refusal(Exception):
    """Why there is no update; the project is as it was."""


def git(folder: Path, *arguments: str | Path, environment: dict[str, str] | None = None) -> str:
    """What `git ARGUMENTS` prints in `folder`. Raises Refusal with the last line that it says of an error."""
    result = attempt(folder, *arguments, environment=environment)
    if result.returncode:
        said = (result.stderr.strip() or result.stdout.strip() or "no reason given").splitlines()[-1]
        raise Refusal(f"`git {' '.join(map(str, arguments))}` failed in {folder}: {said}")
    return result.stdout.rstrip("\n")


def attempt(
    folder: Path, *arguments: str | Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess:
    """The same, for a command that may fail."""
    # English, as messages are read; and no question for a password that nobody sees.
    environment = os.environ | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"} | (environment or {})
    command = ["git", "-c", "core.quotePath=false", *map(str, arguments)]
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="surrogateescape"
        )
    except FileNotFoundError:
        raise Refusal("git is not on the PATH; install it: https://git-scm.com/downloads") from None


def literally(*paths: str) -> list[str]:
    """Arguments that name `paths` as they are, whatever characters they have."""
    return ["--", *(f":(top,literal){path}" for path in paths)]
