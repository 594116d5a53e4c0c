"""Completes requirements/*.txt after a merge."""

import os
import subprocess
from pathlib import Path

from .git import attempt, git, literally
from .merge import Outcome

FOLDER = "requirements"
STEP = "make lock && git add requirements"


def complete(repository: Path, prefix: str, new: str, outcome: Outcome) -> None:
    """Run `make lock` where the update has changed requirements/ and has not left it as the template locked it."""
    folder = f"{prefix}{FOLDER}"
    for path in [path for path in outcome.dropped if path.startswith(f"{folder}/")]:
        if not (repository / path).with_suffix(".in").exists():  # what it locks is asked for no more
            git(repository, "rm", "--quiet", "--force", *literally(path))
            outcome.dropped.remove(path)
    if not differs(repository, "HEAD", folder) or not differs(repository, new, folder):
        return
    first = [path for path in outcome.hands if path == f"{prefix}Makefile" or path.startswith(f"{folder}/")]
    if first:
        outcome.hands[folder] = f"when {' and '.join(first)} is settled: {STEP}"
        return
    # Not those of the make that runs this: they would be given to the other one, too.
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS")
    }
    print("update: make lock", flush=True)
    locked = subprocess.run(
        ["make", "--no-print-directory", "lock"],
        cwd=repository / prefix,
        env=environment,
        capture_output=True,
        text=True,
    )
    if locked.returncode:
        said = [line.strip() for line in locked.stderr.splitlines() if line.strip() and not line.startswith("make")]
        reason = said[-1] if said else "no reason given"
        outcome.hands[folder] = f"`make lock` failed ({reason}); mend that, then: {STEP}"
        return
    git(repository, "add", *literally(folder))
    outcome.kept = [path for path in outcome.kept if not path.startswith(f"{folder}/")]


def differs(repository: Path, commit: str, folder: str) -> bool:
    return attempt(repository, "diff", "--quiet", commit, *literally(folder)).returncode != 0
