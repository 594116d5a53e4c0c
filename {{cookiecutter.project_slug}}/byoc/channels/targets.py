"""The targets that a model learns: one of several labels, or a number."""

import warnings
from collections.abc import Iterable

import numpy as np

from byoc import notices
from byoc.channels.parsing import floats, is_number
from byoc.errors import InputError
from byoc.records import BOOLEANS

FEW_LABELS = 20  # how often they come is nobody's question
MANY_LABELS = 100
VERY_MANY_LABELS = 1000
FEW_ROWS = 10  # a label; with more, numbers are labels as well, such as the ids of shops
LEARN_NUMBERS = "take an algorithm that learns numbers"
AS_TEXT = "if they are labels, write them as text, such as 'shop 17'"
LITTLE = 5_000_000  # rows times labels: probabilities, and the nodes of trees, have a number for each label

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


def check_count(
    different: np.ndarray,
    rows: int,
    way_out: str = LEARN_NUMBERS,
    sure: bool = False,
    most: int | None = None,
    little: int = LITTLE,
) -> None:
    """Ask whether so many labels are meant, before a classifier is trained on them: `different` ones in so many rows.

    Raises InputError, with the `way_out`, if they are numbers that hardly ever come twice, which must be quantities,
    unless somebody is `sure` that they are labels; and if they are more than `most`, which is the hyperparameter
    max_labels: by default MANY_LABELS, or as many as have, times the rows, a `little` at most. What else is odd is a
    warning.
    """
    count, numbers = len(different), are_numbers(different)
    too_many = count > (most or MANY_LABELS) and (most is not None or count * rows > little)
    if count <= FEW_LABELS and not too_many:
        return
    rare = rows < count * FEW_ROWS
    question = f"{count:,} different labels in {rows:,} rows: is it {'a number' if numbers else 'the right column'}?"
    if numbers and rare and count > MANY_LABELS and not sure:
        more = f", and set max_labels = {count}" if too_many else ""
        raise InputError(f"{question} If so, {way_out}; {AS_TEXT}{more}")
    if too_many:
        labels = f"{way_out}; if they are labels, " if numbers and not sure else ""
        raise InputError(
            f"{question} If so, {labels}set max_labels = {count}: time and memory grow with each label, so more than "
            f"{most or MANY_LABELS} are learnt only if that says so"
        )
    if (numbers and (rare or count > VERY_MANY_LABELS)) or rows < count * 2:
        told = f"; if it is a number, {way_out}" if numbers and not sure else ""
        notices.warn(f"{question} Each is learnt as a label of its own{told}")
        # scikit-learn says the same once for each tree.
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%", UserWarning)


def are_numbers(labels: np.ndarray) -> bool:
    """Whether all labels are."""
    return labels.dtype.kind != "U" or all(map(is_number, labels.tolist()))


def codes(labels: np.ndarray, known: np.ndarray, channel: str) -> np.ndarray:
    """The place of each label among those `known` from training; raises InputError for one that is not there."""
    different, places = np.unique(labels.astype(str), return_inverse=True)
    known = known.astype(str)
    different = _as_known(different, known.tolist())
    strange = np.setdiff1d(different, known)
    if len(strange):
        shown = ", ".join(known[:20])
        raise InputError(f"channel {channel!r} has the label {str(strange[0])!r}, but training has only {shown}")
    order = np.argsort(known)
    return order[np.searchsorted(known, different, sorter=order)][places]


def _as_known(labels: np.ndarray, known: Iterable[str]) -> np.ndarray:
    """The labels, of which true and false are spelled as those that are `known`."""
    spelled = {BOOLEANS[label]: label for label in known if label in BOOLEANS}
    if not spelled:
        return labels
    return np.array([spelled.get(BOOLEANS.get(label, ""), label) for label in labels.tolist()])


def accuracy(actual: np.ndarray, predicted: np.ndarray) -> float:
    """The share of rows whose label is the one predicted."""
    actual, predicted = alike(actual, predicted)
    return float(np.mean(actual == predicted))


def alike(some: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as texts if only one is: where training has 1 and 2, another channel with 1, 2 and x has texts.

    True and false are spelled as among the `others`.
    """
    if some.dtype.kind != others.dtype.kind:
        return some.astype(str), others.astype(str)
    return (_as_known(some, set(others.tolist())), others) if some.dtype.kind == "U" else (some, others)


def numbers(labels: np.ndarray, channel: str) -> np.ndarray:
    """The labels as float64; raises InputError, naming the row, for one that is no finite number, also as float32.

    That is what models learn and answer.
    """
    values = floats(labels)
    with np.errstate(over="ignore"):
        bad = np.flatnonzero(~np.isfinite(values.astype(np.float32)))
    if len(bad):
        shown = str(labels[bad[0]])
        raise InputError(f"channel {channel!r}, row {bad[0] + 1}: the label {shown!r} is no number that can be learnt")
    return values
