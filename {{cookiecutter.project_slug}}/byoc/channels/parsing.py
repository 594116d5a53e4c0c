"""Parses a cell of CSV, of training data and requests alike: a number, or text.

A number is a decimal one of JSON or C, which has nan and inf, too; all else is text.
"""

from math import isinf

import numpy as np

from byoc.records import LARGEST, NAN, NO_VALUE

NOT_FINITE = "not a finite float32 number"
NONE_MISSING = "no value may be missing here; leave such rows out, or put a number"
NO_LABEL = "the label is missing; leave out all rows without one"
# What may stand for a missing value as well: pandas reads it as text. The last are Excel's faults.
PERHAPS_NONE = frozenset(
    ("?", r"\N", "-", "--", ".", "NaT", "nil", "(null)", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!")
)


def number(text: str) -> float:
    """Raises ValueError for what only Python takes for a number: 1_0, and digits of other scripts."""
    found = float(text)
    if "_" in text or not text.strip().isascii():
        raise ValueError
    return found


def is_number(text: str) -> bool:
    """Also one that no model can learn from, such as inf."""
    try:
        number(text)
    except ValueError:
        return False
    return True


def is_value(text: str) -> bool:
    """Whether it is a number or a missing value."""
    try:
        as_number(text)
    except ValueError:
        return False
    return True


def floats(labels: np.ndarray) -> np.ndarray:
    """Labels (n, int64 or str) as float64 (n); NaN for one that is no number."""
    if labels.dtype.kind != "U":
        return labels.astype(np.float64)
    return np.array([number(label) if is_number(label) else NAN for label in labels.tolist()])


def as_number(text: str) -> float:
    """NaN for a missing value; raises ValueError that says what it is not."""
    try:
        found = number(text) if text else NAN
    except ValueError:
        if text in NO_VALUE:
            return NAN
        raise ValueError("not a number") from None
    if isinf(found) or abs(found) > LARGEST:
        raise ValueError(NOT_FINITE)
    return found
