"""Rows whose columns differ, as one structured array with a field for each feature, of shape (rows).

A field is float32, where NaN stands for a missing number, or else text, where "" stands for a missing category. What is
equal is one text, in training and in requests: `1.0` is `1`, and `true` is `True`.
"""

import re
from collections.abc import Iterable, Sequence
from math import isfinite

import numpy as np

from byoc.signature import Feature

LARGEST = float(np.finfo(np.float32).max)
NAN = float("nan")
# What pandas.read_csv takes for a missing value: https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
NO_VALUE = frozenset(
    {"NA", "<NA>", "#NA", "N/A", "#N/A", "#N/A N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "NULL", "null", "None"}
    | {"1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"}
)
BOOLEANS = {spelling: word for word in ("True", "False") for spelling in (word, word.lower(), word.upper())}
WHOLE = re.compile(r"([+-]?)(0|[1-9][0-9]*)(?:\.0*)?", re.ASCII)
# With an exponent as programs write it: 1e-05, 1e+16 and 1.0E7. But 1e5 and 12e4 are ids, as 007 is.
FRACTION = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?:0|[1-9][0-9]*)\.?[eE][+-][0-9]+)")


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


def of_number(text: str) -> str:
    """The one text of all that are equal numbers, as `1` of `1.0` and `+1`; any other text as it is, such as 007."""
    if whole := WHOLE.fullmatch(text):
        sign, digits = whole.groups()
        return f"-{digits}" if sign == "-" and digits != "0" else digits
    if FRACTION.fullmatch(text) and isfinite(number := float(text)):
        return str(int(number)) if number.is_integer() else repr(number)
    return text


def is_number(text: str) -> bool:
    """Whether `of_number` takes it for one."""
    return bool(WHOLE.fullmatch(text) or FRACTION.fullmatch(text))


def category(text: str) -> str:
    """The one text of all that are equal, for a column of texts; "" for what stands for a missing value."""
    return "" if text in NO_VALUE else BOOLEANS.get(text) or of_number(text)


def one_spelling(labels: Iterable[str]) -> dict[str, str]:
    """What to call the labels that are booleans: as they are spelled, or True and False if that differs."""
    spelled = {label for label in labels if label in BOOLEANS}
    differs = len(spelled) > len({BOOLEANS[label] for label in spelled})
    return {label: BOOLEANS[label] for label in spelled} if differs else {}
