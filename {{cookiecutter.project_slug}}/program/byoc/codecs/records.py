"""Rows whose columns differ: numbers, of which some may be missing, and categories.

They become a structured array with a field for each feature: float32, where NaN stands for a missing number, or else
text, where an empty one stands for a missing category. Blanks around a category do not count.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from math import isnan
from typing import Any

import numpy as np

from byoc.codecs import table
from byoc.errors import RowError
from byoc.signature import Feature

LARGEST = float(np.finfo(np.float32).max)


def from_cells(
    rows: Iterable[list[Any]], features: Sequence[Feature], number: Callable[[Any], float], absent: Any
) -> np.ndarray:
    """Records of shape (rows). `number` makes a number of a cell, or raises ValueError or OverflowError.

    `absent` is what a format has in the place of a missing number.
    """
    names = [feature.name for feature in features]
    records = []
    for row, cells in enumerate(rows, 1):
        if len(cells) != len(features):
            raise RowError(row, f"has {len(cells)} columns, but {table.expected(len(features), names)}")
        record = []
        for column, (feature, value) in enumerate(zip(features, cells, strict=True)):
            try:
                record.append(_value(feature, value, number, absent))
            except (ValueError, OverflowError) as error:
                raise RowError(row, f"{table.cell(column, names)} {_fault(feature, value, error)}") from None
        records.append(tuple(record))
    return np.array(records, dtype(features))


def from_columns(columns: Sequence[np.ndarray], features: Sequence[Feature]) -> np.ndarray:
    """Records of columns: float32, or object for texts; raises RequestError for what a feature cannot be."""
    records = np.empty(len(columns[0]), dtype(features))
    for feature, column in zip(features, columns, strict=True):
        records[feature.name] = column
    _check(records, features)
    return records


def dtype(features: Sequence[Feature]) -> np.dtype:
    return np.dtype([(feature.name, object if feature.is_text else np.float32) for feature in features])


def is_text(column: np.dtype) -> bool:
    """Whether a column of that dtype holds texts, and not numbers."""
    return column.hasobject


def missing(column: np.ndarray) -> np.ndarray:
    """Which values of one column are missing (rows, bool)."""
    return column == "" if is_text(column.dtype) else np.isnan(column)


def _check(records: np.ndarray, features: Sequence[Feature]) -> None:
    """Refuse infinity, and NaN and empty texts where nothing may be missing."""
    names = [feature.name for feature in features]
    for column, feature in enumerate(features):
        values = records[feature.name]
        if feature.is_text:
            bad, fault = (values == "") & (not feature.missing), 'is "", not text'
        else:
            bad = np.isinf(values) if feature.missing else ~np.isfinite(values)
            fault = "is not a finite float32 number"
        if bad.any():
            raise RowError(int(bad.argmax()) + 1, f"{table.cell(column, names)} {fault}")


def _value(feature: Feature, value: Any, number: Callable[[Any], float], absent: Any) -> float | str:
    if feature.is_text:
        if value is None and feature.missing:
            return ""
        if not isinstance(value, str):
            raise ValueError
        text = value.strip()
        if not (text or feature.missing):
            raise ValueError
        return text
    if value == absent and feature.missing:
        return float("nan")
    found = number(value)
    if abs(found) > LARGEST or (isnan(found) and not feature.missing):
        raise NotFinite
    return found


class NotFinite(ValueError):
    """A number, but none that float32 holds."""


def _fault(feature: Feature, value: Any, error: Exception) -> str:
    if isinstance(error, NotFinite):
        return "is not a finite float32 number"
    shown = json.dumps(value, ensure_ascii=False)[:40]
    return f"is {shown}, not {'text' if feature.is_text else 'a number'}"
