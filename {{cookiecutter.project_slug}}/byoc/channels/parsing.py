"""Parses a cell of CSV: a number, or text."""

from math import isinf

from byoc.records import LARGEST


def is_number(text: str) -> bool:
    """Also one that no model can learn from, such as inf."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def is_value(text: str) -> bool:
    """Whether `as_number` takes it."""
    try:
        as_number(text)
    except ValueError:
        return False
    return True


def as_number(text: str, advice: str = "") -> float:
    """NaN for an empty cell; raises ValueError that says what it is not, with the advice."""
    try:
        found = float(text or "nan")
    except ValueError:
        raise ValueError(f"not a number; {advice}") from None
    if isinf(found) or abs(found) > LARGEST:
        raise ValueError("not a finite float32 number")
    return found
