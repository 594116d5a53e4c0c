"""Update the project in the current folder: `update.sh [VERSION=v1.2.0] [ANSWER=value…]`; see docs/updating.md.

The exit status is 0 if nothing is left to do, 1 if something is for the owner to settle, 2 if nothing was changed.
"""

import sys
import tempfile
from pathlib import Path

from . import generated, locks, record, report, template
from .git import Refusal, attempt, git
from .merge import merge
from .record import Record


def repository_of(project: Path) -> tuple[Path, str]:
    """The git repository, and the project's folder in it, "" or "folder/". Raises Refusal unless all is committed."""
    if attempt(project, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise Refusal(
            f"{project} is no git repository with a commit, without which an update could not be undone; make one: "
            "git init && git add --all && git commit --message 'As generated'"
        )
    repository = Path(git(project, "rev-parse", "--show-toplevel"))
    changed = git(repository, "status", "--porcelain").splitlines()
    if changed:
        some = ", ".join(line[3:] for line in changed[:3]) + (", …" if len(changed) > 3 else "")
        raise Refusal(
            f"there are changes that are not committed ({some}); commit them, or put them aside: git stash -u"
        )
    return repository, git(project, "rev-parse", "--show-prefix")


def answers_of(clone: Path, known: Record, old: str, new: str, arguments: dict[str, str]) -> tuple[dict, dict]:
    """The answers to generate the project by, as it was and as it is to be. Raises Refusal for what is no answer."""
    at = {each: template.version(clone, each) for each in (old, new)}
    before = known.answers
    if not before:
        questions = template.questions(clone, old)
        before = record.answered(questions, {}, arguments, at[old])
        if missing := record.unanswered(questions, before):
            raise Refusal(
                f"nobody knows by which answers this project was generated; name them, too: {'=… '.join(missing)}=…"
            )
    questions = template.questions(clone, new)
    still = {name: answer for name, answer in before.items() if name in questions}
    return before, record.answered(questions, still, arguments, at[new])


def update(project: Path, arguments: dict[str, str]) -> int:
    """Bring the project to the version; returns the exit status. Raises Refusal, having changed nothing."""
    repository, prefix = repository_of(project)
    known = record.of(project, arguments)
    target = arguments.get(record.TARGET) or template.newest_release(known.template)
    with tempfile.TemporaryDirectory(prefix="update-") as scratch:
        clone = Path(scratch, "template")
        template.clone(known.template, clone)
        old, new = (template.commit(clone, known.template, name) for name in (known.commit, target))
        before, after = answers_of(clone, known, old, new, arguments)
        versions = [template.version(clone, each) for each in (old, new)]
        if before == after and (old == new or (record.TARGET not in arguments and template.is_older(clone, new, old))):
            print(f"update: the project is at {versions[0]} already; the newest release is {versions[1]}")
            return 0
        commits = []
        for commit, version, answers in zip((old, new), versions, (before, after), strict=True):
            files = generated.generate(clone, commit, answers, Path(scratch, f"generated{len(commits)}"))
            message = f"Update to {version} of the template"
            commits.append(generated.commit(repository, prefix, files, message, *commits))
        print(f"update: from {versions[0]} to {versions[1]} of {known.template}", flush=True)
        outcome = merge(repository, prefix, commits[1])
        locks.complete(repository, prefix, commits[1], outcome)
        print(report.text(repository, outcome, commits, template.changes(clone, old, new)), end="")
    return 1 if outcome.hands else 0


def main() -> int:
    try:
        return update(Path.cwd(), record.parse(sys.argv[1:]))
    except Refusal as refusal:
        print(f"update: {refusal}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
