"""Answers for rows that were not trained on, where a job has no channel `validation`.

Rows are held out of a further training, and answered by the model that it gives. The model that is saved is of all
rows; it is saved before, and nothing that goes wrong here costs it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from byoc import notices
from byoc.reports.page import short
from byoc.reports.report import Job

FOLDS = 5
LITTLE = 1_000_000  # values of the features, times labels: with so little to do, each row is held out once


class HeldOut(NamedTuple):
    """The `rows` that were held out, by their places in the data, and the `answers` for them; each an entry a row."""

    rows: np.ndarray
    answers: np.ndarray


Answers = Callable[[np.ndarray, np.ndarray], np.ndarray]


def judge(job: Job, labels: np.ndarray, answers: Answers, work: float) -> HeldOut | None:
    """Hold every fifth row out of a training, or, if `work` is LITTLE at most, each row out of one of five.

    `answers(trained, held)` trains on some rows and answers others, given by their places. Nothing comes of it where
    the job has the channel `validation`, where there are too few rows, or with a warning if it fails. Which rows are
    held out depends on the labels (rows; float if they are quantities) alone: every fifth of those of each label, so
    that all labels are in every training. A label's only row is never held out.
    """
    folds = _folds(labels)
    parts = [part for part in folds[: FOLDS if work <= LITTLE else 1] if len(part)]
    if "validation" in job.channels or not parts:
        return None
    try:
        with job.expendable():
            found = [answers(np.setdiff1d(np.arange(len(labels)), part), part) for part in parts]
    except Exception as error:
        notices.warn(f"no rows could be held out, but the model is saved: {short(f'{type(error).__name__}: {error}')}")
        return None
    rows = np.concatenate(parts)
    how = f"a {FOLDS}-fold cross-validation" if len(parts) > 1 else f"{len(rows)} rows that a further training left out"
    print(f"no channel validation: held_out is the score of {how}; the model is of all rows", flush=True)
    return HeldOut(rows, np.concatenate(found))


def _folds(labels: np.ndarray) -> list[np.ndarray]:
    """The places of the rows of each of FOLDS parts, in order."""
    order = np.random.default_rng(0).permutation(len(labels))  # for data that is sorted, or comes in turns
    number = np.arange(len(labels))
    if labels.dtype.kind == "f":
        alone = np.full(len(labels), len(labels) == 1)
    else:
        _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        order = order[np.argsort(codes[order], kind="stable")]
        starts = np.cumsum(counts) - counts
        alone = counts[codes[order]] == 1
        number = number - starts[codes[order]] + codes[order]  # a label begins where the one before it did not
    return [np.sort(order[~alone & (number % FOLDS == fold)]) for fold in range(FOLDS)]
