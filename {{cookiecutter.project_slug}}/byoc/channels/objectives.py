"""What an algorithm learns of its labels: to tell them apart, or numbers. The hyperparameter `objective` says which."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from byoc.channels import targets
from byoc.channels.parsing import floats
from byoc.errors import InputError

AUTO, CLASSIFICATION, REGRESSION = "auto", "classification", "regression"
OR_TEXT = "or if they are labels, write them as text, such as 'grade 1.5'"
METRICS = "accuracy", "rmse", "mae", "r2"  # of labels the first, of numbers the others


def learnt(objective: str, labels: np.ndarray, channel: str, most: int | None = None) -> np.ndarray:
    """What is learnt of labels (n, int64 or str): float64 for REGRESSION, else the labels as they are.

    Raises InputError for what cannot be learnt: numbers where AUTO would take them for labels, a single label to tell
    apart, so many numbers that they must be quantities, more labels than `most` (targets.check_count), or a label that
    is no number.
    """
    if objective == REGRESSION:
        return targets.numbers(labels, channel)
    different = np.unique(labels)
    if objective == AUTO:
        refuse_numbers(different, *of_auto(REGRESSION, CLASSIFICATION))
    targets.classes(different)
    sure = objective == CLASSIFICATION
    targets.check_count(different, len(labels), "choose objective = regression", sure, most)
    return labels


def as_learnt(labels: np.ndarray, trained: np.ndarray, channel: str) -> np.ndarray:
    """The labels of another channel as those `trained` on, which are what `learnt` gave; raises InputError."""
    return targets.numbers(labels, channel) if trained.dtype.kind == "f" else labels


def of_auto(numbers: str, labels: str, name: str = "objective") -> tuple[str, str]:
    """How AUTO refuses numbers: that it does, and the values of the hyperparameter to choose from."""
    return f"hyperparameter {name} = {AUTO!r}", f"choose {numbers} to learn numbers, or {labels} if they are labels"


def refuse_numbers(labels: np.ndarray, who: str, way_out: str) -> None:
    """Raise InputError for labels to tell apart (n, int64 or str) that are quantities: numbers, not all of them whole.

    A few that are no numbers, as of missing values, do not make labels of them. `who` tells labels apart.
    """
    if labels.dtype.kind != "U":
        return
    values = floats(labels)
    fractions = np.flatnonzero(np.isfinite(values) & (values != np.floor(values)))
    if len(fractions) > np.sum(~np.isfinite(values)):
        raise InputError(f"{who} tells labels apart, but {labels[fractions[0]]} is a number: {way_out}")


def refuse_counts(values: np.ndarray, channel: str, name: str, on_any_host: Callable[[bool], bool] = bool) -> None:
    """Raise InputError for numbers (n) of which `name`, a loss of counts, cannot learn.

    `on_any_host` says whether something is so of any host's rows, where several have some each.
    """
    if (values < 0).any():
        raise InputError(f"channel {channel!r} has the label {values.min():g}: {name} needs 0 or more")
    if not on_any_host(bool(values.any())):
        raise InputError(f"channel {channel!r} has no other label than 0: {name} cannot learn of nothing")


def refuse_others(name: str, value: str | None, objective: str, suited: Mapping[str, Sequence[str]]) -> None:
    """Raise InputError if the hyperparameter `name` has a value that suits another objective than this one."""
    kind = REGRESSION if objective == REGRESSION else CLASSIFICATION
    if value is not None and value not in suited[kind]:
        raise InputError(
            f"hyperparameter {name} = {value!r} does not go with objective = {objective!r}, "
            f"which takes {', '.join(suited[kind])}"
        )


def scores(actual: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """The metrics of answers (n) to what was learnt (n): of numbers, float64, or else of labels.

    R² of rows that are all the same number is 0, or 1 if every answer is right, as scikit-learn has it.
    """
    if actual.dtype.kind != "f":
        return {"accuracy": targets.accuracy(actual, predicted)}
    off = predicted.astype(np.float64) - actual
    square, spread = float(np.mean(off**2)), float(np.mean((actual - actual.mean()) ** 2))
    explained = 1 - square / spread if spread else float(square == 0)
    return {"rmse": square**0.5, "mae": float(np.mean(np.abs(off))), "r2": explained}
