"""Numbers as they are kept: whole ones that float64 rounds, and features in float32, as a model is going to be asked.

It must not learn from what no request can tell it.
"""

from collections.abc import Callable

import numpy as np

from byoc import notices
from byoc.channels.chosen import ChosenColumns, Column
from byoc.records import WHOLE, as_float32

EVERY_WHOLE = 2.0**53  # below it float64 holds every whole number
EXACT = 2.0**24  # up to here float32 holds every whole number
STEPS = 2**22  # as many different float32 in a column's range are enough for a measured quantity
MOST_LOST = 0.01  # of a quantity's different values


class Rounded:
    """The columns in which a whole number was rounded when it was read: different ones, such as ids, may be equal."""

    def __init__(self) -> None:
        self._first: dict[Column, str] = {}  # of each column

    def look_at(self, column: Column, text: str, number: float, place: Callable[[], str]) -> None:
        """A number of EVERY_WHOLE or more, as it is written and as it was read."""
        if column not in self._first and (whole := WHOLE.fullmatch(text.strip())) and int(whole[2]) != abs(int(number)):
            self._first[column] = f"{place()}: {text.strip()} is learnt as {number:.0f}"

    def tell(self, chosen: ChosenColumns, or_as_text: bool) -> None:
        for column, told in self._first.items():
            text = "; or name it in the hyperparameter categories, to have them learnt as text" * or_as_text
            notices.warn(
                f"{told}: no number here has so many digits, and different ones become equal; if they are ids, leave "
                f"the column out: {chosen.ignoring(column)}{text}"
            )


def served(values: np.ndarray, names: list[str]) -> np.ndarray:
    """Columns (rows, columns; float64) as float32, with a warning where values that differ do not do so any more."""
    # The ends let most columns through, so that only few are sorted; NaN is passed over.
    ends = zip(np.fmin.reduce(values).tolist(), np.fmax.reduce(values).tolist(), strict=True)
    for column, (name, (low, high)) in enumerate(zip(names, ends, strict=True)):
        largest = max(-low, high)
        if low < high and (largest > EXACT or STEPS * np.spacing(np.float32(largest)) > high - low):
            _check(values[:, column], name)
    return as_float32(values)


def _check(values: np.ndarray, name: str) -> None:
    different = np.unique(values[~np.isnan(values)])
    left = len(np.unique(as_float32(different)))
    bearable = 0 if (different == np.floor(different)).all() else MOST_LOST * len(different)
    if len(different) - left > bearable:
        notices.warn(
            f"{name}: of {len(different)} different numbers float32, in which models learn and are asked, holds "
            f"{left}; subtract the least one, or use a larger unit"
        )
