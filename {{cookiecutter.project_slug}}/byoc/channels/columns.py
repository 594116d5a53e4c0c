"""The columns after the label: their names, and what the signature tells of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from byoc.errors import InputError
from byoc.records import is_text, missing
from byoc.signature import NUMBER, TEXT, Feature


def names(given: Sequence[str] | None, count: int) -> list[str]:
    """What the hyperparameter `feature_names` gives, by default feature_1, …; raises InputError if it does not fit."""
    chosen = list(given or (f"feature_{number}" for number in range(1, count + 1)))
    if len(chosen) != count or len(set(chosen)) != count:
        raise InputError(f"hyperparameter feature_names = {chosen}: the data needs {count} different names")
    return chosen


def of_numbers(named: Sequence[str], features: np.ndarray) -> tuple[Feature, ...]:
    """The signature's columns, float32; the first row of `features` (rows, columns) gives the examples."""
    columns = zip(named, features[0], strict=True)
    return tuple(Feature(name, NUMBER, float(str(value))) for name, value in columns)  # 5.1, and not 5.099999904632568


def of_records(rows: np.ndarray) -> tuple[Feature, ...]:
    """The signature's columns of records (see codecs/records.py), any of which a request may leave out.

    Raises InputError for a column without a single value: there is nothing to learn of it.
    """
    return of_seen([seen(rows)])


def seen(rows: np.ndarray) -> dict[str, Any]:
    """Of each column the first value that is there, as text, and the categories of one of text; JSON can hold it."""
    return {name: _seen(rows[name]) for name in rows.dtype.names}


def of_seen(parts: Sequence[dict[str, Any]]) -> tuple[Feature, ...]:
    """The same as `of_records` of all the parts, of which this is what was `seen` in each."""
    return tuple(_feature(name, [part[name] for part in parts]) for name in parts[0])


def texts(rows: np.ndarray) -> list[str]:
    """The names of the columns that hold text."""
    return [name for name in rows.dtype.names if is_text(rows.dtype[name])]


def as_trained(rows: np.ndarray, trained: np.ndarray, channel: str) -> np.ndarray:
    """The records of another channel with the columns of those trained on, in their order; raises InputError."""
    names, expected = rows.dtype.names, trained.dtype.names
    if sorted(names) != sorted(expected):
        found, needed = ", ".join(names), ", ".join(expected)
        raise InputError(f"channel {channel!r} has the columns {found}, but training has {needed}")
    return rows[list(expected)]


def places(values: np.ndarray, categories: Sequence[str]) -> np.ndarray:
    """Where each text is among the categories (int64), or -1 if it is missing or training never saw it."""
    known = {category: place for place, category in enumerate(categories)}
    return np.array([known.get(value, -1) for value in values.tolist()], dtype=np.int64)


def as_matrix(rows: np.ndarray, features: Sequence[Feature]) -> np.ndarray:
    """Records as numbers (rows, columns), float32: each text its place among the column's categories.

    What is missing is NaN, and so is a category that training never saw.
    """
    matrix = np.empty((len(rows), len(features)), np.float32)
    for column, feature in enumerate(features):
        values = rows[feature.name]
        if feature.is_text:
            values = places(values, feature.categories).astype(np.float32)
            values[values < 0] = np.nan
        matrix[:, column] = values
    return matrix


def _seen(values: np.ndarray) -> tuple[str | None, list[str] | None]:
    there = values[~missing(values)]
    categories = sorted(set(there.tolist())) if is_text(values.dtype) else None
    return str(there[0]) if len(there) else None, categories  # 39.1, and not 39.099998474121094


def _feature(name: str, parts: Sequence[tuple[str | None, list[str] | None]]) -> Feature:
    example = next((first for first, _ in parts if first is not None), None)
    if example is None:
        raise InputError(f"column {name!r} holds no value in any row; leave it out")
    if parts[0][1] is None:
        return Feature(name, NUMBER, float(example), missing=True)
    categories = sorted({category for _, found in parts for category in found})
    return Feature(name, TEXT, example, missing=True, categories=tuple(categories))
