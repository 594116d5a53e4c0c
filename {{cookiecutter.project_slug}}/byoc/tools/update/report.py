"""What an update says at its end: what has changed, what is for the owner to settle, and what comes next."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from .git import git
from .merge import Outcome


def text(repository: Path, outcome: Outcome, commits: list[str], changes: list[str]) -> str:
    """`commits` are the two generated projects, `changes` the new lines of the template's change log."""
    return "\n".join([*parts(repository, outcome, commits, changes), ""])


def parts(repository: Path, outcome: Outcome, commits: list[str], changes: list[str]) -> Iterator[str]:
    changed = git(repository, "diff", "HEAD", "--shortstat").strip() or "no file has changed"
    yield f"update: {changed}"
    old, new = (commit[:10] for commit in commits)
    yield from group(f"Yours stays; what the template has changed there: git diff {old} {new} -- FILE", outcome.kept)
    yield from group("Yours stays, though the template has it no more", outcome.dropped)
    yield from group("You have deleted it, and it stays so", outcome.gone)
    yield from group("For you to settle", (f"{path}: {step}" for path, step in outcome.hands.items()))
    if changes:
        yield from ["", "What is new in the template:", "", *changes]
    yield ""
    if outcome.hands:
        yield "Next: settle what is above, then make install check test, and git commit."
    else:
        yield "Next: look at it (git diff --cached), make install check test, and git commit."
    yield "To undo the update: git reset --hard"


def group(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = sorted(lines)
    if lines:
        yield from ["", f"{title}:", "", *(f"- {line}" for line in lines)]
