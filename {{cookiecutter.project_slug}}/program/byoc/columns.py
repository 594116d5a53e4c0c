"""The columns after the label: their names, and what the signature tells of them."""

from collections.abc import Sequence

import numpy as np

from byoc.errors import InputError
from byoc.signature import Feature


def names(given: Sequence[str] | None, count: int) -> list[str]:
    """What the hyperparameter `feature_names` gives, by default feature_1, …; raises InputError if it does not fit."""
    chosen = list(given or (f"feature_{number}" for number in range(1, count + 1)))
    if len(chosen) != count or len(set(chosen)) != count:
        raise InputError(f"hyperparameter feature_names = {chosen}: the data needs {count} different names")
    return chosen


def of_numbers(named: Sequence[str], features: np.ndarray) -> tuple[Feature, ...]:
    """The signature's columns, float32; the first row of `features` (rows, columns) gives the examples."""
    columns = zip(named, features[0].tolist(), strict=True)
    return tuple(Feature(name, "float32", value) for name, value in columns)
