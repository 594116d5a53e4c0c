"""Features in float32, as a model is going to be asked: it must not learn from what no request can tell it."""

import numpy as np

from byoc import notices
from byoc.records import as_float32

EXACT = 2.0**24  # up to here float32 holds every whole number
STEPS = 2**22  # as many different float32 in a column's range are enough for a measured quantity
MOST_LOST = 0.01  # of a quantity's different values


def served(values: np.ndarray, column: str) -> np.ndarray:
    """A column (rows, float64) as float32, with a warning if values that differ do not do so any more."""
    rounded = as_float32(values)
    there = values[~np.isnan(values)]
    if len(there):
        low, high = there.min(), there.max()
        largest = max(-low, high)
        # Most columns are let through by this, so that only few are sorted.
        if low < high and (largest > EXACT or STEPS * np.spacing(np.float32(largest)) > high - low):
            _warn(there, column)
    return rounded


def _warn(values: np.ndarray, column: str) -> None:
    different = np.unique(values)
    left = len(np.unique(as_float32(different)))
    bearable = 0 if (different == np.floor(different)).all() else MOST_LOST * len(different)
    if len(different) - left > bearable:
        notices.warn(
            f"{column}: of {len(different)} different numbers float32, in which models learn and are asked, holds "
            f"{left}; subtract the least one, or use a larger unit"
        )
