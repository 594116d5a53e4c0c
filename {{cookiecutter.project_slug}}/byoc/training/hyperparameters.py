"""Reads hyperparameters.json, a flat map of strings from any client, into typed values (T-10, T-11, T-12)."""

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from byoc.errors import InputError

Model = TypeVar("Model", bound=BaseModel)

# What SageMaker's SDKs and its tuner add to the user's own (T-12).
PLATFORM_PREFIXES = ("sagemaker_", "_tuning_")


@dataclass(frozen=True)
class Tunable:
    """Marks a field, `name: Annotated[int, Tunable(1, 9)]`, as one that a tuning job should vary.

    Between two whole numbers it takes whole ones; a `Literal` needs no range. `scale` is SageMaker's ScalingType.
    """

    minimum: float | None = None
    maximum: float | None = None
    scale: str = "Auto"

    def __str__(self) -> str:
        return "every value" if self.minimum is None else f"{self.minimum} to {self.maximum}"


def read(folder: Path, model: type[Model]) -> Model:
    """Read `folder/hyperparameters.json` into `model`.

    Raises InputError, naming the parameter, the value and the rule, if the file is missing or a value is refused.
    """
    given = _load(folder / "hyperparameters.json")
    unknown = [name for name in given if name not in model.model_fields and not name.startswith(PLATFORM_PREFIXES)]
    if unknown:
        print(f"warning: unknown hyperparameters are ignored: {', '.join(unknown)}", flush=True)
    return parse(given, model)


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
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"hyperparameters.json is missing: looked for {file}; SageMaker always writes it, "
            "on your own machine put it there ({} takes every default)"
        ) from None
    except ValueError as error:
        raise InputError(f"hyperparameters.json is not JSON: {file}: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f'hyperparameters.json must hold an object such as {{"name": "value"}}: {file} does not')
    return content


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
