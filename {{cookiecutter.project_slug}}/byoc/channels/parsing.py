"""Parses a cell of CSV, of training data and requests alike: a number, or text.

A number is a decimal one of JSON or C, which has nan and inf, too; all else is text.
"""

import re
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
LONGEST_NUMBER = 40  # characters of one that is written otherwise
# Numbers as people and spreadsheets write them: $1,234.50, 5 %, 1.234,5 and 0x1F.
HEXADECIMAL = re.compile(r"[+-]?0[xX][0-9a-fA-F]+")
DECORATED = re.compile(r"(?P<sign>[+-]?)\s*[$€£¥]?\s*(?P<rest>[+-]?[0-9][0-9.,'\u2019\s]*?)\s*[$€£¥%]?")
THOUSANDS = re.compile(
    r"(?P<whole>[+-]?[0-9]{1,3}(?:(?P<mark>[,.'\u2019\s])[0-9]{3})(?:(?P=mark)[0-9]{3})*)(?:[.,](?P<part>[0-9]+))?"
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


def written_otherwise(text: str) -> str:
    """The plain number that a text such as `1,234`, `5%`, `$5` or `0x1F` stands for, as JSON writes it; "" for none."""
    if len(text) > LONGEST_NUMBER or is_number(text):
        return ""
    if HEXADECIMAL.fullmatch(text):
        return str(int(text, 16))
    if not (found := DECORATED.fullmatch(text)):
        return ""
    rest = found["sign"] + found["rest"]
    if grouped := THOUSANDS.fullmatch(rest):
        part = grouped["part"]
        rest = re.sub(r"[^0-9+-]", "", grouped["whole"]) + (f".{part}" if part else "")
    elif rest.count(",") == 1 and "." not in rest:
        rest = rest.replace(",", ".")
    return rest if is_number(rest) else ""


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
