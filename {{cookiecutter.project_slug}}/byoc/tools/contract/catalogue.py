"""Reads catalogue.csv: every duty of a container, with the checks that show it or the reason why none can."""

import csv
import importlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .outcome import Check


@dataclass(frozen=True)
class Duty:
    """One line: `checks` are names such as `training.exits_0_with_a_model`; `unchecked` says why there are none.

    A duty with a `feature` counts only for a target that claims it, by its label or by --claim.
    """

    id: str
    level: str
    feature: str
    duty: str
    checks: tuple[str, ...]
    unchecked: str
    page: str


@cache
def duties() -> list[Duty]:
    with Path(__file__).with_name("catalogue.csv").open(encoding="utf-8", newline="") as file:
        return [Duty(**row | {"checks": tuple(row["checks"].split())}) for row in csv.DictReader(file)]


def features() -> list[str]:
    return sorted({duty.feature for duty in duties()} - {""})


def find(name: str) -> Check:
    """The check of that name, MODULE.FUNCTION; raises AttributeError or ImportError if there is none."""
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(_modules().get(module, f".{module}"), __package__), function)


@cache
def _modules() -> dict[str, str]:
    """Where each module of checks lies below checks/, for importlib."""
    folder = Path(__file__).parent
    files = (folder / "checks").rglob("*.py")
    return {file.stem: "." + ".".join(file.relative_to(folder).with_suffix("").parts) for file in files}
