"""The targets that a model learns: one of several labels, or a number."""

import numpy as np

from byoc.errors import InputError

LONGEST = 1000  # characters of a label: NumPy gives each row as many as the longest has


def classes(labels: np.ndarray) -> np.ndarray:
    """The different labels in order; raises InputError if there is but one, or one as long as no label is."""
    if labels.dtype.kind == "U" and labels.dtype.itemsize > LONGEST * labels.dtype.alignment:
        longest = max(labels.tolist(), key=len)
        raise InputError(
            f"the label {longest[:40]!r}… has {len(longest):,} characters, and {LONGEST:,} are the most: is that the "
            "column of labels?"
        )
    different = np.unique(labels)
    if len(different) < 2:
        raise InputError(f"every row has the label {str(labels[0])!r}: a classifier needs at least two to tell apart")
    return different


def codes(labels: np.ndarray, known: np.ndarray, channel: str) -> np.ndarray:
    """The place of each label among those `known` from training; raises InputError for one that is not there."""
    strange = np.setdiff1d(labels.astype(str), known.astype(str))
    if len(strange):
        shown = ", ".join(known.astype(str)[:20])
        raise InputError(f"channel {channel!r} has the label {str(strange[0])!r}, but training has only {shown}")
    order = np.argsort(known.astype(str))
    return order[np.searchsorted(known.astype(str), labels.astype(str), sorter=order)]


def accuracy(actual: np.ndarray, predicted: np.ndarray) -> float:
    """The share of rows whose label is the one predicted."""
    actual, predicted = alike(actual, predicted)
    return float(np.mean(actual == predicted))


def alike(some: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as texts if only one is: where training has 1 and 2, another channel with 1, 2 and x has texts."""
    return (some, others) if some.dtype.kind == others.dtype.kind else (some.astype(str), others.astype(str))


def numbers(labels: np.ndarray, channel: str) -> np.ndarray:
    """The labels as float64; raises InputError, naming the row, for one that is no finite number, also as float32.

    That is what models learn and answer.
    """
    try:
        values = labels.astype(np.float64)
    except ValueError:
        values = np.array([_number(label) for label in labels.tolist()])
    with np.errstate(over="ignore"):
        bad = np.flatnonzero(~np.isfinite(values.astype(np.float32)))
    if len(bad):
        shown = str(labels[bad[0]])
        raise InputError(f"channel {channel!r}, row {bad[0] + 1}: the label {shown!r} is no number that can be learnt")
    return values


def _number(label: str) -> float:
    try:
        return float(label)
    except ValueError:
        return np.nan
