"""Whether an answer is the one expected. Numbers may differ in their last digits, as CPUs and libraries do."""

import math
import re
from itertools import zip_longest

RELATIVE, ABSOLUTE = 1e-4, 1e-6
NUMBER = re.compile(r"(?<![\w.])(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])")


def difference(answer: bytes, expected: bytes) -> str:
    """The first row of the answer, CSV or JSON, that is another one than expected, in words; nothing if none is."""
    rows, wanted = rows_of(answer), rows_of(expected)
    for number, (row, other) in enumerate(zip_longest(rows, wanted), 1):
        if row is None or other is None:
            return f"the answer has {len(rows)} rows, not {len(wanted)}"
        if not same(row, other):
            return f"row {number} of the answer is {row[:80]!r}, not {other[:80]!r}"
    return ""


def rows_of(body: bytes) -> list[str]:
    return [line.strip() for line in body.decode(errors="backslashreplace").splitlines() if line.strip()]


def same(row: str, other: str) -> bool:
    """Whole numbers are labels, too, so they must be equal; others must be close."""
    parts, wanted = NUMBER.split(row), NUMBER.split(other)
    if row == other or len(parts) != len(wanted):
        return row == other
    return all(
        close(one, two) if place % 2 else one.split() == two.split()
        for place, (one, two) in enumerate(zip(parts, wanted, strict=True))
    )


def close(one: str, two: str) -> bool:
    whole = all(number.lstrip("-").isdigit() for number in (one, two))
    return one == two if whole else math.isclose(float(one), float(two), rel_tol=RELATIVE, abs_tol=ABSOLUTE)
