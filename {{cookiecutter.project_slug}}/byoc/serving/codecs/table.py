"""Rows of numbers of any format: checked cell by cell; a refusal names row and column."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byoc import records
from byoc.errors import RequestError, RowError

EMPTY = "the request body is empty; send at least one row"
NOT_FINITE = "is not a finite float32 number"


def from_cells(cells: list[list[Any]], features: Sequence[str] | None, number: Callable[[Any], float]) -> np.ndarray:
    """The cells as float32; `number` makes a number of a cell, or raises ValueError or OverflowError."""
    width = len(cells[0] if features is None else features)
    numbers = []
    for index, row in enumerate(cells):
        if len(row) != width:
            raise RowError(index + 1, f"has {len(row)} columns, but {expected(width, features)}")
        for column, value in enumerate(row):
            try:
                numbers.append(number(value))
            except (ValueError, OverflowError):
                shown = json.dumps(value, ensure_ascii=False)[:40]
                raise RowError(index + 1, f"{cell(column, features)} is {shown}, not a number") from None
    return records.as_float32(np.array(numbers)).reshape(len(cells), width)


def check_finite(rows: np.ndarray, features: Sequence[str] | None) -> None:
    """Refuse NaN and what float32 cannot hold."""
    check(np.isfinite(rows), features)


def check(sound: np.ndarray, features: Sequence[str] | None) -> None:
    """Refuse the first number that is not sound (rows, features: bool)."""
    # Among bytes: `all()` would cost a small request a third of what its prediction does.
    place = sound.tobytes().find(False)
    if place >= 0:
        row, column = divmod(place, sound.shape[1])
        raise RowError(row + 1, f"{cell(column, features)} {NOT_FINITE}")


def expected(width: int, features: Sequence[str] | None) -> str:
    return f"row 1 has {width}" if features is None else f"the model takes {width}: {names(features)}"


def check_fields(found: Sequence[str], features: Sequence[str]) -> str | None:
    """What is wrong with these names of fields, or None if they are the features in any order."""
    unknown, missing = set(found) - set(features), set(features) - set(found)
    if not (unknown or missing):
        return None
    fault = f"an unknown field {min(unknown)[:80]!r}" if unknown else f"no field {min(missing)[:80]!r}"
    return f"has {fault}; its fields are {names(features)}"


def cell(column: int, features: Sequence[str] | None) -> str:
    return f", column {column + 1}" + (f" ({features[column][:80]})" if features else "")


def names(features: Sequence[str]) -> str:
    shown = ", ".join(name[:80] for name in features[:20])
    return shown if len(features) <= 20 else f"{shown}, … ({len(features)} in all)"


def check_width(width: int, features: Sequence[str] | None) -> None:
    """For formats whose rows are all as long as each other."""
    if features is not None and width != len(features):
        raise RequestError(400, f"the body has {width} columns, but {expected(len(features), features)}")
