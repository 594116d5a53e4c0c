"""Reads sagemaker.toml; says what is wrong with it: the field, the value, the rule, the nearest name that there is."""

import tomllib
import typing
from collections.abc import Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union

from pydantic import BaseModel, ValidationError

from byoc.errors import shown
from byoc.tools.aws.config.endpoints import KINDS
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.config.rules import broken
from byoc.tools.aws.errors import UsageError, suggestion
from byoc.tools.aws.project import Project


def load(path: Path) -> Config:
    """The file, by its models and by the rules about several fields. Raises UsageError with every fault a line."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path} is missing; it says what is to exist on AWS, and comes with the project") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    try:
        config = Config.model_validate(content)
    except ValidationError as error:
        faults = [_told(fault) for fault in error.errors(include_url=False)]
        raise UsageError(_listed(path, list(dict.fromkeys(faults)))) from None
    if faults := list(broken(config, Project.at(path.resolve().parent))):
        raise UsageError(_listed(path, faults))
    return config


def _listed(path: Path, faults: list[str]) -> str:
    return "\n".join(f"{path.name}: {fault}" for fault in faults)


def _told(fault: dict[str, Any]) -> str:
    path, model = _place(fault["loc"])
    field = ".".join(path)
    match fault["type"]:
        case "extra_forbidden":
            return (
                f"{field} is no field{_of_another_kind(model, path[-1])}; {suggestion(path[-1], [*model.model_fields])}"
            )
        case "missing":
            return f"{field} is missing; {_needed(field)}"
        case "union_tag_not_found":
            return f"{field}.kind is missing; it is one of: {', '.join(KINDS)}"
        case "union_tag_invalid":
            given = fault["ctx"]["tag"]
            return f"{field}.kind = {shown(given)} is no kind of endpoint; {suggestion(given, list(KINDS))}"
        case "literal_error":
            return f"{field} = {shown(fault['input'])} must be one of: {fault['ctx']['expected'].replace(' or ', ', ')}"
        case _:
            rule = fault["msg"].removeprefix("Value error, ").replace("Input should be ", "must be ")
            return f"{field} = {shown(fault['input'])} {rule[:1].lower() + rule[1:]}"


def _needed(field: str) -> str:
    examples = {"instance_type": '"ml.m5.large"', "source": '"s3://bucket/prefix"', "name": '"my-model"'}
    example = examples.get(field.rpartition(".")[2])
    return f"write {field.rpartition('.')[2]} = {example}" if example else "it is required"


def _of_another_kind(model: type[BaseModel], field: str) -> str:
    """ " of a serverless endpoint (realtime, async have it)"."""
    kind = next((kind for kind, each in KINDS.items() if each is model), "")
    having = ", ".join(name for name, each in KINDS.items() if field in each.model_fields)
    return f" of a {kind} endpoint{f' ({having} have it)' if having else ''}" if kind else ""


def _place(location: Sequence[str | int]) -> tuple[list[str], Any]:
    """Where pydantic found a fault: the path as the file has it, and the model of the table with its last part."""
    path = [str(part) for part in location]
    kind = KINDS.get(path.pop(2)) if path[0] == "endpoint" and len(path) > 2 else None  # pydantic names it there
    model, found = Config, Config
    for part in path:
        if isinstance(found, type) and issubclass(found, BaseModel):
            model = found
            field = model.model_fields.get(part)
            found = _inner(field.annotation) if field else None
        else:  # a name in a table of tables
            found = kind or _inner((typing.get_args(found) or [None])[-1])
    return path, model


def _inner(annotation: Any) -> Any:
    """What a value may be, without its rules and without None."""
    if typing.get_origin(annotation) is Annotated:
        return _inner(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (Union, UnionType):
        return _inner(next(each for each in typing.get_args(annotation) if each is not NoneType))
    return annotation
