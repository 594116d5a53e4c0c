"""`train --help`, `--markdown` and `--describe`: the algorithm's hyperparameters, as text and for SageMaker's APIs."""

import json
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from byoc.training.hyperparameters import Tunable

HEADINGS = ("name", "type", "default", "range", "tuned", "meaning")
USAGE = """\
usage: train [--help | --markdown | --describe]
Without an option it trains, on what SageMaker left in /opt/ml.
  --help      this, and the hyperparameters
  --markdown  the hyperparameters as a table for a page
  --describe  the hyperparameters, tuning ranges and metrics as JSON, as SageMaker's APIs take them"""
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
        case _:
            print(f"train: it does not know {' '.join(arguments)}\n{USAGE}", file=sys.stderr)
            return 2
    return 0


def as_text(model: type[BaseModel]) -> str:
    """A table for a terminal."""
    rows = [HEADINGS, *_rows(model)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(model: type[BaseModel]) -> str:
    """A table for a page."""
    rows = [HEADINGS, ["---"] * len(HEADINGS), *_rows(model)]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows)


def as_json(model: type[BaseModel], metrics: Iterable[str]) -> str:
    """What CreateTrainingJob and CreateHyperParameterTuningJob take, under the names that they give it.

    `HyperParameters` are the defaults; one that is tuned belongs in `ParameterRanges` alone.
    """
    fields = model.model_fields
    defaults = {name: _default(field) for name, field in fields.items() if not field.is_required()}
    content = {
        "HyperParameters": {name: _encoded(value) for name, value in defaults.items() if value is not None},
        "ParameterRanges": _ranges(model),
        "MetricDefinitions": [{"Name": name, "Regex": f"{name}=(-?[0-9.]+)"} for name in metrics],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _rows(model: type[BaseModel]) -> list[list[str]]:
    properties = model.model_json_schema()["properties"]
    return [_row(name, field, properties[name]) for name, field in model.model_fields.items()]


def _row(name: str, field: FieldInfo, schema: dict[str, Any]) -> list[str]:
    types = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    bounds = [f"{sign} {kind[bound]}" for kind in types for bound, sign in BOUNDS.items() if bound in kind]
    names = " or ".join(" | ".join(kind["enum"]) if "enum" in kind else kind.get("type", "any") for kind in types)
    default = "required" if field.is_required() else "" if _default(field) is None else _encoded(_default(field))
    return [name, names, default, ", ".join(bounds), str(_tunable(field) or ""), field.description or ""]


def _ranges(model: type[BaseModel]) -> dict[str, list[dict[str, Any]]]:
    ranges: dict[str, list[dict[str, Any]]] = {}
    properties = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        tuned = _tunable(field)
        if tuned and tuned.minimum is None:
            values = {"Name": name, "Values": properties[name]["enum"]}
            ranges.setdefault("CategoricalParameterRanges", []).append(values)
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
    return value if isinstance(value, str) else json.dumps(value)
