"""A clone of the template: its versions, what they ask, and what their change log says."""

import json
import re
from pathlib import Path

from .git import Refusal, attempt, git

RELEASE = re.compile(r"refs/tags/(v(\d+)\.(\d+)\.(\d+))$", re.MULTILINE)
ITEM = re.compile(r"^(?=#|- )", re.MULTILINE)
QUESTIONS, CHANGES = "cookiecutter.json", "CHANGELOG.md"


def newest_release(template: str) -> str:
    """The newest tag like v1.2.0, asked of the template's repository. Raises Refusal if there is none, or no answer."""
    result = attempt(Path(), "ls-remote", "--tags", "--", template)
    if result.returncode:
        said = (result.stderr.strip() or "it does not answer").splitlines()[-1]
        raise Refusal(
            f"the template {template} cannot be read ({said}); if it has moved, name it: make update TEMPLATE=url"
        )
    tags = [(tuple(map(int, numbers)), tag) for tag, *numbers in RELEASE.findall(result.stdout)]
    if not tags:
        raise Refusal(
            f"the template {template} has no release yet, that is no tag like v1.2.0; "
            "to follow its newest commit instead: make update VERSION=HEAD"
        )
    return max(tags)[1]


def clone(template: str, folder: Path) -> None:
    """Clone the whole history, for the old commit may be any."""
    result = attempt(Path(), "clone", "--quiet", "--no-checkout", "--", template, folder)
    if result.returncode:
        said = (result.stderr.strip() or "no reason given").splitlines()[-1]
        raise Refusal(f"the template {template} cannot be cloned ({said}); if it has moved: make update TEMPLATE=url")


def commit(clone: Path, template: str, name: str) -> str:
    """The commit that a tag, a branch, HEAD or a hash names. Raises Refusal if there is none."""
    for reference in (f"refs/tags/{name}", f"refs/remotes/origin/{name}", name):
        found = attempt(clone, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{reference}^{{commit}}")
        if found.returncode == 0:
            return found.stdout.strip()
    raise Refusal(
        f"{name} is no tag, branch or commit of the template {template}; what there is: git ls-remote {template}"
    )


def is_older(clone: Path, one: str, other: str) -> bool:
    """Whether the one commit is in the history of the other."""
    return one != other and attempt(clone, "merge-base", "--is-ancestor", one, other).returncode == 0


def questions(clone: Path, commit: str) -> dict:
    """What the template asks, with the defaults or the choices."""
    return json.loads(git(clone, "show", f"{commit}:{QUESTIONS}"))


def version(clone: Path, commit: str) -> str:
    """As people name it: a release's tag, or else the version and the first letters of the commit."""
    tag = attempt(clone, "describe", "--exact-match", "--tags", "--match", "v*", commit)
    if tag.returncode == 0:
        return tag.stdout.strip()
    version = questions(clone, commit).get("__version")
    return f"{version} ({commit[:7]})" if version else commit[:7]


def changes(clone: Path, old: str, new: str) -> list[str]:
    """The headings and items that came to the change log from the old commit to the new one; none if it has none."""
    before, after = (attempt(clone, "show", f"{commit}:{CHANGES}").stdout for commit in (old, new))
    known = set(ITEM.split(before))
    return [item.rstrip() for item in ITEM.split(after) if item not in known and not item.startswith("# ")]
