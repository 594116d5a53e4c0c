"""Parses a cell of CSV: a number, or text."""

from math import isinf

from byoc.records import LARGEST, NAN, NO_VALUE

NOT_FINITE = "not a finite float32 number"
NONE_MISSING = "no value may be missing here; leave the row out, or put a number"
# What may stand for a missing value as well: pandas reads it as text.
PERHAPS_NONE = frozenset(("?", r"\N", "-", "--", "."))
MOST_SHOWN = 40  # characters of a cell


def is_number(text: str) -> bool:
    """Also one that no model can learn from, such as inf."""
    try:
        float(text)
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


def as_number(text: str) -> float:
    """NaN for a missing value; raises ValueError that says what it is not."""
    try:
        found = float(text or "nan")
    except ValueError:
        if text in NO_VALUE:
            return NAN
        raise ValueError("not a number") from None
    if isinf(found) or abs(found) > LARGEST:
        raise ValueError(NOT_FINITE)
    return found
