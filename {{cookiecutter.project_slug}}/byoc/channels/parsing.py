"""Parses a cell of CSV, of training data and requests alike: a number, or text.

A number is a decimal one of JSON or C, which has nan and inf, too; all else is text.
"""

from math import isinf

from byoc.records import LARGEST, NAN


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
    """Whether `as_number` takes it."""
    try:
        as_number(text)
    except ValueError:
        return False
    return True


def as_number(text: str, advice: str = "") -> float:
    """NaN for an empty cell; raises ValueError that says what it is not, with the advice."""
    try:
        found = number(text) if text else NAN
    except ValueError:
        raise ValueError(f"not a number; {advice}") from None
    if isinf(found) or abs(found) > LARGEST:
        raise ValueError("not a finite float32 number")
    return found
