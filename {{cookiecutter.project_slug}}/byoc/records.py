"""Rows whose columns differ, as one structured array with a field for each feature, of shape (rows).

A field is float32, where NaN stands for a missing number, or else text, where "" stands for a missing category.
"""

from collections.abc import Sequence

import numpy as np

from byoc.signature import Feature

LARGEST = float(np.finfo(np.float32).max)
NAN = float("nan")


def dtype(features: Sequence[Feature]) -> np.dtype:
    return np.dtype([(feature.name, object if feature.is_text else np.float32) for feature in features])


def is_text(column: np.dtype) -> bool:
    """Whether a column of that dtype holds texts, and not numbers."""
    return column.hasobject


def missing(column: np.ndarray) -> np.ndarray:
    """Which values of one column are missing (rows, bool)."""
    return column == "" if is_text(column.dtype) else np.isnan(column)


def as_float32(values: np.ndarray) -> np.ndarray:
    """In C's order; what is too large becomes infinite, and is refused as such."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32, order="C")
