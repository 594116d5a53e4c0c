"""`train --help` and its kin: the algorithm's hyperparameters, as text and for SageMaker's APIs; the version."""

import json
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from byoc import console, version
from byoc.training.hyperparameters import Tunable, fields
from byoc.training.metrics import definition

HEADINGS = ("name", "type", "default", "range", "tuned", "meaning")
REQUIRED = "required"
USAGE = """\
usage: train [--help | --markdown | --describe | --version]
Without an option it trains, on what SageMaker left in /opt/ml.
  --help      this, and the hyperparameters
  --markdown  the hyperparameters as a table for a page
  --describe  the hyperparameters, tuning ranges and metrics as JSON,
              in the form that SageMaker's APIs take
  --version   the template's version that this project is from"""
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def main(arguments: list[str], load_algorithm: Callable[[], ModuleType]) -> int:
    """Answer `train`'s options; returns the exit code, 2 for what it does not know (T-03)."""
    match arguments:
        case ["--help" | "-h"]:
            print(f"{USAGE}\n\nhyperparameters:\n{as_text(load_algorithm().Hyperparameters)}")
        case ["--markdown"]:
            print(as_markdown(load_algorithm().Hyperparameters))
        case ["--describe"]:
            algorithm = load_algorithm()
            print(as_json(algorithm.Hyperparameters, algorithm.METRICS))
        case ["--version"]:
            print(version())
        case _:
            print(f"train: unknown option: {' '.join(arguments)}\n{USAGE}", file=sys.stderr)
            return 2
    return 0


def as_text(model: type[BaseModel]) -> str:
    """A list for a terminal."""
    entries = []
    for name, types, default, limits, tuned, meaning in _rows(model):
        usual = default if default in ("", REQUIRED) else f"default {default}"
        told = filter(None, [types, limits, usual, tuned and f"tuned over {tuned}"])
        entries.append(console.entry(f"{name}: {', '.join(told)}", meaning))
    return "\n".join(entries)


def as_markdown(model: type[BaseModel]) -> str:
    """A table for a page."""
    rows = [HEADINGS, ["---"] * len(HEADINGS), *_rows(model)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)


def as_json(model: type[BaseModel], metrics: Iterable[str]) -> str:
    """What CreateTrainingJob and CreateHyperParameterTuningJob take, under the names that they give it.

    `HyperParameters` are the defaults; one that is tuned belongs in `ParameterRanges` alone.
    """
    defaults = {name: _default(field) for name, field in fields(model).items() if not field.is_required()}
    content = {
        "HyperParameters": {name: _encoded(value) for name, value in defaults.items() if value is not None},
        "ParameterRanges": _ranges(model),
        "MetricDefinitions": [definition(name) for name in metrics],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _rows(model: type[BaseModel]) -> list[list[str]]:
    return [_row(name, field, _kinds(model, name)) for name, field in fields(model).items()]


def _kinds(model: type[BaseModel], name: str) -> list[dict[str, Any]]:
    """The JSON schema of each type that a hyperparameter may have, but null."""
    schema = model.model_json_schema()
    found = schema["properties"][name]
    kinds = found.get("anyOf", [found])
    named = schema.get("$defs", {})
    kinds = [named[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind for kind in kinds]
    return [kind for kind in kinds if kind.get("type") != "null"]


def _values(kind: dict[str, Any]) -> list[str]:
    """The values of a type that has few, as a job gives them."""
    few = [kind["const"]] if "const" in kind else kind.get("enum", [])
    return [_encoded(value) for value in few]


def _row(name: str, field: FieldInfo, kinds: list[dict[str, Any]]) -> list[str]:
    bounds = [f"{sign} {kind[bound]}" for kind in kinds for bound, sign in BOUNDS.items() if bound in kind]
    names = " or ".join(" | ".join(_values(kind)) or kind.get("type", "any") for kind in kinds)
    default = REQUIRED if field.is_required() else "" if _default(field) is None else _encoded(_default(field))
    return [name, names, default, ", ".join(bounds), str(_tunable(field) or ""), field.description or ""]


def _ranges(model: type[BaseModel]) -> dict[str, list[dict[str, Any]]]:
    ranges: dict[str, list[dict[str, Any]]] = {}
    for name, field in fields(model).items():
        tuned = _tunable(field)
        if tuned and tuned.minimum is None:
            kinds = _kinds(model, name)
            values = [value for kind in kinds for value in _values(kind)]
            values += ["true", "false"] * any(kind.get("type") == "boolean" for kind in kinds)
            if not values:
                raise SystemExit(f"train: {name} has many values: give its Tunable the range that is worth tuning")
            ranges.setdefault("CategoricalParameterRanges", []).append({"Name": name, "Values": values})
        elif tuned:
            kind = "IntegerParameterRanges" if isinstance(tuned.minimum, int) else "ContinuousParameterRanges"
            limits = {"MinValue": str(tuned.minimum), "MaxValue": str(tuned.maximum), "ScalingType": tuned.scale}
            ranges.setdefault(kind, []).append({"Name": name, **limits})
    return ranges


def _tunable(field: FieldInfo) -> Tunable | None:
    return next((item for item in field.metadata if isinstance(item, Tunable)), None)


def _default(field: FieldInfo) -> Any:
    return field.get_default(call_default_factory=True)


def _encoded(value: Any) -> str:
    plain = to_jsonable_python(value, fallback=str)  # a path, a date or an Enum may be a hyperparameter, too
    return plain if isinstance(plain, str) else json.dumps(plain)
