"""Rows of a request whose columns differ, into the arrays of byoc/records.py."""

import json
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

import numpy as np

from byoc.errors import RowError
from byoc.records import LARGEST, NAN, dtype
from byoc.serving.codecs import table
from byoc.serving.codecs.categories import Categories
from byoc.serving.codecs.header import Header
from byoc.signature import Feature

Number = Callable[[Any], float]  # makes a number of a cell, or raises ValueError or OverflowError


class Record:
    """What a row is made of, looked at once for all requests. All that is read raises RequestError for what it refuses.

    `loose` tells that every column is a number that may be missing: such rows can be read as one array of floats.
    `texts_only` tells that none is a number.
    """

    def __init__(self, features: Sequence[Feature]):
        self.features = features
        self.names = [feature.name for feature in features]
        self.loose = all(feature.missing and not feature.is_text for feature in features)
        self.texts_only = all(feature.is_text for feature in features)
        self.order = Header(self.names).order
        self.categories = [Categories(feature) if feature.is_text else None for feature in features]
        self._dtype = dtype(features)

    def from_cells(self, rows: list[list[Any]], number: Number, absent: Any) -> np.ndarray:
        """Records of shape (rows). `absent` is what a format has in the place of a missing number."""
        if self.loose:
            numbers = table.from_cells(rows, self.names, lambda cell: NAN if cell == absent else number(cell))
            return self.from_numbers(numbers)
        return np.array([self._record(row, cells, number, absent) for row, cells in enumerate(rows, 1)], self._dtype)

    def from_numbers(self, rows: np.ndarray) -> np.ndarray:
        """Records of `rows`, float32 of shape (rows, features), which are not copied; for a loose record only."""
        table.check(~np.isinf(rows), self.names)
        return rows.view(self._dtype).reshape(len(rows))

    def from_columns(self, columns: Sequence[Sequence]) -> np.ndarray:
        """Records of columns: float32, or texts."""
        records = np.empty(len(columns[0]), self._dtype)
        for name, column in zip(self.names, columns, strict=True):
            records[name] = column
        self._check(records)
        return records

    def _check(self, records: np.ndarray) -> None:
        """Refuse infinity, and NaN and empty texts where nothing may be missing."""
        for column, feature in enumerate(self.features):
            values = records[feature.name]
            if not feature.is_text:
                self.check_numbers(column, values)
            elif not feature.missing:
                self._refuse(values == "", column, 'is "", not text')

    def check_numbers(self, column: int, values: np.ndarray) -> None:
        """Refuse infinity among the numbers (rows) of a column, also of one of categories, and NaN where none may be
        missing.
        """
        bad = np.isinf(values) if self.features[column].missing else ~np.isfinite(values)
        self._refuse(bad, column, table.NOT_FINITE)

    def _refuse(self, bad: np.ndarray, column: int, fault: str) -> None:
        if bad.any():
            raise RowError(int(bad.argmax()) + 1, f"{table.cell(column, self.names)} {fault}")

    def _record(self, row: int, cells: list[Any], number: Number, absent: Any) -> tuple[Any, ...]:
        if len(cells) != len(self.names):
            raise RowError(row, f"has {len(cells)} columns, but {table.expected(len(self.names), self.names)}")
        record = []
        for column, (feature, known, value) in enumerate(zip(self.features, self.categories, cells, strict=True)):
            try:
                record.append(_category(feature, known, value) if known else _value(feature, value, number, absent))
            except (ValueError, OverflowError) as error:
                raise RowError(row, f"{table.cell(column, self.names)} {_fault(feature, value, error)}") from None
        return tuple(record)


def _category(feature: Feature, known: Categories, value: Any) -> str:
    if value is None and feature.missing:
        return ""
    text = known.value(value)
    text.encode()  # a ValueError for half a surrogate pair, which JSON can hold and ONNX Runtime cannot
    if not (text or feature.missing):
        raise ValueError
    return text


def _value(feature: Feature, value: Any, number: Number, absent: Any) -> float:
    if value == absent and feature.missing:
        return NAN
    found = number(value)
    if abs(found) > LARGEST or (isnan(found) and not feature.missing):
        raise NotFinite
    return found


class NotFinite(ValueError):
    """A number, but none that float32 holds."""


def _fault(feature: Feature, value: Any, error: Exception) -> str:
    if isinstance(error, NotFinite):
        return table.NOT_FINITE
    shown = json.dumps(value, ensure_ascii=False)[:40]
    return f"is {shown}, not {'text' if feature.is_text else 'a number'}"
