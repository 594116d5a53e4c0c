"""Brings the difference of two generated projects to the owner's files: a three-way merge, by git's cherry-pick.

Both are commits that each clone makes alike, so the conflicts are the same in each, too, and stand in the files.
"""

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from .generated import WHO
from .git import Refusal, attempt, git, literally
from .record import RECORD

RULES = Path(__file__).with_name("kept_whole.gitattributes")
MARKER = b"<<<<<<< "
BASE, OURS, THEIRS = "1", "2", "3"  # git's numbers of the versions of a file that it could not merge


@dataclass
class Outcome:
    """What became of the files that both have changed, by their paths in the repository."""

    kept: list[str] = field(default_factory=list)  # the owner's, whole
    dropped: list[str] = field(default_factory=list)  # the owner's, and the template has it no more
    gone: list[str] = field(default_factory=list)  # deleted by the owner
    hands: dict[str, str] = field(default_factory=dict)  # what the owner must settle, and how


def merge(repository: Path, prefix: str, new: str) -> Outcome:
    """Bring what the commit `new` has changed to the index and to the files, and settle what can be.

    Raises Refusal, having changed nothing, where git cannot begin.
    """
    with tempfile.TemporaryDirectory() as scratch:
        rules = Path(scratch, "attributes")
        rules.write_text(RULES.read_text(encoding="utf-8").replace("\n/", f"\n/{prefix}"), encoding="utf-8")
        attributes = ("-c", f"core.attributesFile={rules}")
        # A file that the owner adds to a folder stays there, wherever the template's have gone.
        options = ("-c", "merge.directoryRenames=false", "-c", "rerere.enabled=false")
        picked = attempt(repository, *attributes, *options, "cherry-pick", "--no-commit", new, environment=WHO)
        unmerged = versions(repository)
        if picked.returncode and not unmerged:
            raise Refusal(f"git cannot merge: {' '.join(picked.stderr.split())}")
        outcome = Outcome()
        for path, found in unmerged.items():
            whole = git(repository, *attributes, "check-attr", "merge", "--", path).endswith(": merge: unset")
            settle(repository, path, found, whole, outcome)
    record = f"{prefix}{RECORD.as_posix()}"
    # Of a version from before there were records, there is none.
    attempt(repository, "checkout", "--quiet", new, *literally(record))
    outcome.hands.pop(record, None)
    return outcome


def versions(repository: Path) -> dict[str, set[str]]:
    """The files that git could not merge, and which versions of each there are."""
    found = defaultdict(set)
    for entry in filter(None, git(repository, "ls-files", "--unmerged", "-z", "--full-name").split("\0")):
        about, path = entry.split("\t", 1)
        found[path].add(about.split()[2])
    return dict(found)


def settle(repository: Path, path: str, found: set[str], whole: bool, outcome: Outcome) -> None:
    """Settle one file that git could not merge, or say what its owner must do."""
    if found == {BASE, THEIRS}:
        git(repository, "rm", "--quiet", "--force", *literally(path))
        outcome.gone.append(path)
    elif OURS in found and whole:
        git(repository, "checkout", "--quiet", "--ours", *literally(path))
        git(repository, "add", *literally(path))
        (outcome.kept if THEIRS in found else outcome.dropped).append(path)
    elif found == {BASE, OURS}:
        outcome.hands[path] = (
            f"the template has dropped it and you have changed it; keep it: git add {path}, or: git rm {path}"
        )
    elif (repository / path).exists() and MARKER not in (repository / path).read_bytes():
        outcome.hands[path] = (
            f"both have changed it, and it is not text; keep yours: git add {path}, or take the template's: "
            f"git checkout --theirs {path} && git add {path}"
        )
    else:
        outcome.hands[path] = f"both have changed it; settle what is between <<<<<<< and >>>>>>>, then: git add {path}"
