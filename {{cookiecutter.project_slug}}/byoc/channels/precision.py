"""Features in float32, as a model is going to be asked: it must not learn from what no request can tell it."""

import numpy as np

from byoc import notices
from byoc.records import as_float32

EXACT = 2.0**24  # up to here float32 holds every whole number
STEPS = 2**22  # as many different float32 in a column's range are enough for a measured quantity
MOST_LOST = 0.01  # of a quantity's different values


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
