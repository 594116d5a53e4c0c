"""Reads hyperparameters.json, a flat map of strings from any client, into typed values (T-10, T-11, T-12)."""

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from byoc.errors import InputError
from byoc.variables import nearest

Model = TypeVar("Model", bound=BaseModel)

# What SageMaker's SDKs and its tuner add to the user's own (T-12), and what SDK v2's TensorFlow estimator does.
PLATFORM_PREFIXES = ("sagemaker_", "_tuning_")
PLATFORM_NAMES = ("model_dir",)
WAY_OUT = "`train --help` lists them all, and a new one is a line of the class Hyperparameters in program/algorithm.py"


@dataclass(frozen=True)
class Tunable:
    """Marks a field, `name: Annotated[int, Tunable(1, 9)]`, as one that a tuning job should vary.

    Between two whole numbers it takes whole ones; a `Literal` or a bool needs no range. `scale` is
    SageMaker's ScalingType.
    """

    minimum: float | None = None
    maximum: float | None = None
    scale: str = "Auto"

    def __str__(self) -> str:
        return "every value" if self.minimum is None else f"{self.minimum} to {self.maximum}"


def read(folder: Path, model: type[Model]) -> Model:
    """Read `folder/hyperparameters.json` into `model`.

    Raises InputError, naming the parameter, the value and the rule, if the file is missing, a value is refused, or a
    name is neither the model's nor one that SageMaker adds. A model of `extra="allow"` takes any.
    """
    known = {name for own, field in model.model_fields.items() for name in _names(own, field)}
    if model.model_config.get("populate_by_name") or model.model_config.get("validate_by_name"):
        known |= model.model_fields.keys()
    given = {name: value for name, value in _load(folder / "hyperparameters.json").items() if not _added(name, known)}
    unknown = [] if model.model_config.get("extra") == "allow" else [name for name in given if name not in known]
    refusals = [_nearest(name, known) for name in unknown]
    try:
        values = parse(given, model)
    except InputError as error:
        refusals.append(str(error))
    if refusals:
        raise InputError("; ".join(refusals + [WAY_OUT] * bool(unknown)))
    return values


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The hyperparameters by the names that a job gives them: a field's alias, the first if it has several."""
    return {_names(name, field)[0]: field for name, field in model.model_fields.items()}


def _names(name: str, field: FieldInfo) -> list[str]:
    """By which a job may give a field of this name: pydantic's `alias`, `validation_alias` or AliasChoices."""
    alias = field.validation_alias or name
    return [str(each) for each in getattr(alias, "choices", [alias])]


def parse(given: dict[str, Any], model: type[Model]) -> Model:
    """Turn SageMaker's strings into `model`; raises InputError.

    The clients encode values in three ways: `str()`, JSON, and JSON for all but strings (T-11). A string is
    therefore first taken as what it encodes, and where the field refuses that, as it stands.
    """
    decoded = {name: _decode(value) for name, value in given.items()}
    try:
        return model.model_validate(decoded)
    except ValidationError as error:
        as_written = {name: given[name] for name in _refused(error) if name in given}
    try:
        return model.model_validate(decoded | as_written)
    except ValidationError as error:
        raise InputError("; ".join(_describe(item, given) for item in error.errors())) from None


def _load(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())  # Windows' editors write a byte-order mark
    except FileNotFoundError:
        raise InputError(
            f"hyperparameters.json is missing: looked for {file}; SageMaker always writes it, "
            "on your own machine put it there ({} takes every default)"
        ) from None
    except (ValueError, RecursionError) as error:  # the latter: nested too deep
        raise InputError(f"hyperparameters.json is not JSON: {file}: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f'hyperparameters.json must hold an object such as {{"name": "value"}}: {file} does not')
    return content


def _added(name: str, known: Iterable[str]) -> bool:
    return name not in known and (name.startswith(PLATFORM_PREFIXES) or name in PLATFORM_NAMES)


def _nearest(name: str, known: Iterable[str]) -> str:
    """Of a name that is unknown."""
    near = nearest(name, known, cutoff=0.6)
    return f"hyperparameter {name[:100]} is unknown{f', the nearest is {near}' if near else ''}"


def _decode(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    for decode in (json.loads, ast.literal_eval):
        try:
            return decode(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
    return value


def _refused(error: ValidationError) -> set[str]:
    return {str(item["loc"][0]) for item in error.errors() if item["loc"]}


def _describe(item: dict[str, Any], given: dict[str, Any]) -> str:
    if not item["loc"]:  # a rule over several fields
        return f"hyperparameters: {item['msg']}"
    name = str(item["loc"][0])
    if name not in given:
        return f"hyperparameter {name} is required and was not given"
    value = repr(given[name])
    shown = value if len(value) <= 200 else f"{value[:200]}…"  # a value may be 2,500 characters, a FailureReason 1,024
    return f"hyperparameter {name} = {shown} is refused: {item['msg']}"
