#!/usr/bin/env python3
"""Make a release of the template: check, date the change log, set the version, commit and tag. Pushes nothing.

make release VERSION=1.2.0
"""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHANGES, QUESTIONS = ROOT / "CHANGELOG.md", ROOT / "cookiecutter.json"
BRANCH = "main"
CHECKS = "tests/template/test_locks.py"  # the rest of the tests is CI's, which has run them on this commit
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
UNRELEASED = re.compile(r"^## Unreleased\n(?P<notes>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TO_DO = re.compile(r"^### What you must do\n(?P<text>.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
STATED = re.compile(r'("__version": )"([^"]*)"')
NEXT = "## Unreleased\n\n### What you must do\n\nNothing.\n\n"

Number = tuple[int, int, int]


def main(arguments: list[str]) -> str | None:
    """Returns what is wrong, of which nothing was changed."""
    version = arguments[0] if len(arguments) == 1 else ""
    problem = wrong_version(version) or wrong_tree() or wrong_notes() or wrong_locks()
    if problem:
        return f"release.py: {problem}"
    text = CHANGES.read_text(encoding="utf-8")
    notes = UNRELEASED.search(text)["notes"].strip()
    today = datetime.now(UTC).date().isoformat()
    write(text.replace("## Unreleased", f"## {version}, {today}", 1), version)
    git("commit", "--quiet", "--all", f"--message=Release {version}")
    git("tag", "--annotate", "--cleanup=verbatim", f"--message=Version {version}\n\n{notes}\n", f"v{version}")
    major, minor, patch = number(version)
    write(CHANGES.read_text(encoding="utf-8").replace("## ", f"{NEXT}## ", 1), f"{major}.{minor}.{patch + 1}.dev0")
    git("commit", "--quiet", "--all", f"--message=Begin what comes after {version}")
    print(f"v{version} is tagged, and nothing is pushed. To publish it: git push --atomic origin {BRANCH} v{version}")
    return None


def wrong_version(version: str) -> str:
    """It must be the next one of its kind after the newest release, or the first."""
    if not VERSION.fullmatch(version):
        return f"VERSION={version!r} is no version like 1.2.0; name one: make release VERSION=1.2.0"
    released = [number(tag[1:]) for tag in git("tag", "--list", "v*").split() if VERSION.fullmatch(tag[1:])]
    if not released:
        return ""
    major, minor, patch = max(released)
    possible = [(major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0)]
    if number(version) in possible:
        return ""
    after = f"{major}.{minor}.{patch}"
    return f"VERSION={version} does not come after {after}; it may be {', '.join(map(dotted, possible))}"


def wrong_tree() -> str:
    branch = git("branch", "--show-current")
    if branch != BRANCH:
        return f"this is the branch {branch or 'of no name'}, and releases are made on {BRANCH}: git switch {BRANCH}"
    changed = git("status", "--porcelain").splitlines()
    if changed:
        return f"not all is committed, such as {changed[0].split(maxsplit=1)[1]}; commit it or put it away"
    return ""


def wrong_notes() -> str:
    """People read what has changed, and above all what they have to do for it."""
    found = UNRELEASED.search(CHANGES.read_text(encoding="utf-8"))
    if not found:
        return 'CHANGELOG.md has no part "## Unreleased"; write there what is new'
    to_do = TO_DO.search(found["notes"])
    if not to_do or not to_do["text"].strip():
        return 'CHANGELOG.md has no "### What you must do" below "## Unreleased"; write it, be it: Nothing.'
    if not re.search(r"^- ", TO_DO.sub("", found["notes"]), re.MULTILINE):
        return 'CHANGELOG.md names no change below "## Unreleased"; write each as a line that begins with "- "'
    return ""


def wrong_locks() -> str:
    """What is released must be what can be installed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quiet", CHECKS]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        return f"{CHECKS} has failed, as is shown above; mend it, by `make lock` for one, and commit"
    return ""


def write(changes: str, version: str) -> None:
    CHANGES.write_text(changes, encoding="utf-8", newline="\n")
    questions = STATED.sub(rf'\1"{version}"', QUESTIONS.read_text(encoding="utf-8"))
    QUESTIONS.write_text(questions, encoding="utf-8", newline="\n")


def number(version: str) -> Number:
    return tuple(map(int, version.split(".")))


def dotted(version: Number) -> str:
    return ".".join(map(str, version))


def git(*arguments: str) -> str:
    """Raises CalledProcessError with git's own words on stderr."""
    return subprocess.run(["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"release.py: git {error.cmd[1]} has failed, as is said above; what it left: git status")
