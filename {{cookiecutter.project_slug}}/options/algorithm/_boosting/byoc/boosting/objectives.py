"""Objectives of boosted trees: labels or numbers, their encoding, and their scores."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from byoc.channels import targets
from byoc.channels.objectives import AUTO, of_auto, refuse_counts, refuse_numbers
from byoc.errors import InputError


class Kind(Enum):
    """What an objective is for, and the ONNX operator that makes an answer of the sum of a row's leaves."""

    TWO_LABELS = "Sigmoid"
    LABELS = "Softmax"
    NUMBER = "Identity"
    COUNT = "Exp"

    @property
    def classifies(self) -> bool:
        return self in (Kind.TWO_LABELS, Kind.LABELS)


class Objective(NamedTuple):
    """What a framework calls an objective and the loss by which it is watched, and what it is for."""

    name: str
    kind: Kind
    loss: str


def chosen(objectives: Sequence[Objective], name: str, labels: np.ndarray) -> Objective:
    """The one of that name, or, if it is AUTO, the one that tells these labels apart, as the frameworks' own do.

    Raises InputError where AUTO would take for labels what must be quantities: numbers, and not all of them whole.
    """
    if name != AUTO:
        return next(one for one in objectives if one.name == name)
    different = np.unique(labels)
    numbers, labelling = (
        " or ".join(one.name for one in objectives if one.kind.classifies is classifies) for classifies in (False, True)
    )
    refuse_numbers(different, *of_auto(numbers, labelling))
    kind = Kind.TWO_LABELS if len(different) <= 2 else Kind.LABELS
    objective = next(one for one in objectives if one.kind is kind)
    print(f"the objective is {objective.name}, by the number of labels: {len(different)}", flush=True)
    return objective


def known_labels(objective: Objective, labels: np.ndarray) -> np.ndarray | None:
    """The labels to tell apart, in order, or None if numbers are learnt; raises InputError for a wrong count."""
    if not objective.kind.classifies:
        return None
    known = targets.classes(labels)
    if objective.kind is Kind.TWO_LABELS and len(known) > 2:
        raise InputError(
            f"hyperparameter objective = {objective.name!r} tells two labels apart, but there are {len(known)}; "
            "choose one for several labels, or one for numbers if they are quantities"
        )
    return known


def learnt(
    objective: Objective,
    labels: np.ndarray,
    known: np.ndarray | None,
    channel: str,
    on_any_host: Callable[[bool], bool] = bool,
) -> np.ndarray:
    """What is learnt of each row (rows): the place of its label among those `known`, or the number itself.

    `on_any_host` says whether something is so of any host's rows, where several have some each.
    """
    if known is not None:
        return targets.codes(labels, known, channel)
    values = targets.numbers(labels, channel)
    if objective.kind is Kind.COUNT:
        refuse_counts(values, channel, objective.name, on_any_host)
    return values


def of_each_label(predicted: np.ndarray) -> np.ndarray:
    """Probabilities (rows, labels), also where of two labels there is only that of the second (rows)."""
    return predicted if predicted.ndim == 2 else np.column_stack([1 - predicted, predicted])


def scores(
    kind: Kind, actual: np.ndarray, predicted: np.ndarray, mean: Callable[[np.ndarray], float] = np.mean
) -> dict[str, float]:
    """What people know of the model's answers, beside the loss; `actual` is what was to be learnt (rows).

    `mean` is that of all rows, of which other hosts may have some.
    """
    if kind.classifies:
        return {"accuracy": float(mean(of_each_label(predicted).argmax(axis=1) == actual))}
    off = predicted.astype(np.float64) - actual
    return {"rmse": float(np.sqrt(mean(off**2))), "mae": float(mean(np.abs(off)))}
