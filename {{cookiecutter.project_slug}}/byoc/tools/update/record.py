"""Of which template, commit and answers a project is."""

import difflib
import json
from dataclasses import dataclass
from pathlib import Path

from .git import Refusal

RECORD = Path("byoc/template.json")
CRUFT = Path(".cruft.json")
TARGET, TEMPLATE, FROM = "VERSION", "TEMPLATE", "FROM"


@dataclass(frozen=True)
class Record:
    """`template` is a URL or a folder; `commit` is what the project is from; `answers` are by the questions' names."""

    template: str
    version: str
    commit: str
    answers: dict[str, str]


def of(project: Path, arguments: dict[str, str]) -> Record:
    """The project's record: byoc/template.json, or cruft's; TEMPLATE and FROM of the arguments count before both.

    Raises Refusal where the template or the commit is not known.
    """
    told = read(project)
    template = arguments.get(TEMPLATE, told.template)
    commit = arguments.get(FROM, told.commit)
    if not template or not commit:
        unknown = f"{RECORD} does not say from which {'commit' if template else 'template and commit'} this project is"
        raise Refusal(
            f"{unknown}; name it, and all answers, as in: make update TEMPLATE=https://github.com/org/byoc-template "
            "FROM=v1.0.0 ALGORITHM=decision-tree …; docs/updating.md has the list"
        )
    return Record(template, told.version, commit, told.answers)


def read(project: Path) -> Record:
    """What the project has written down, with empty values for what it has not. Raises Refusal for what is no JSON."""
    for file in (RECORD, CRUFT):
        try:
            told = json.loads((project / file).read_text(encoding="utf-8"))
            answers = told["answers"] if file == RECORD else told["context"]["cookiecutter"]
            answers = {name: answer for name, answer in answers.items() if not name.startswith("_")}
            return Record(told["template"], told.get("version", ""), told["commit"], answers)
        except FileNotFoundError:
            continue
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise Refusal(
                f"{file} is not as it was generated ({error}); restore it: git checkout HEAD~ -- {file}"
            ) from None
    return Record("", "", "", {})


def parse(arguments: list[str]) -> dict[str, str]:
    """NAME=value… by name. Raises Refusal for what has another form."""
    pairs = [argument.partition("=") for argument in arguments]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise Refusal(f"{name!r} is no argument; they look like VERSION=v1.2.0 or SERVER_STACK=uvicorn")
    return {name: value for name, _, value in pairs}


def answered(questions: dict, known: dict[str, str], arguments: dict[str, str], where: str) -> dict[str, str]:
    """The known answers, with those of the arguments (by upper-case names) in their place.

    Raises Refusal where an argument names no question, or a value that is no choice of the template at `where`.
    """
    names = {name.upper(): name for name in questions if not name.startswith("_")}
    given = {name: value for name, value in arguments.items() if name not in (TARGET, TEMPLATE, FROM)}
    for name in given:
        if name not in names:
            every = [*names, TARGET, TEMPLATE, FROM]
            near = difflib.get_close_matches(name, every, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(every)}"
            raise Refusal(f"{name} is no question of the template at {where}; {hint}")
    answers = known | {names[name]: value for name, value in given.items()}
    for name, answer in answers.items():
        choices = questions.get(name)
        if isinstance(choices, list) and answer not in choices:
            raise Refusal(
                f"{name.upper()}={answer} is no choice of the template at {where}; choose one: {', '.join(choices)}"
            )
    return answers


def unanswered(questions: dict, answers: dict[str, str]) -> list[str]:
    return [name.upper() for name in questions if not name.startswith("_") and name not in answers]
