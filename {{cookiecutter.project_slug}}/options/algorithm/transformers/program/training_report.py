"""The report on a classifier."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel

from byoc.reports import charts, classification, data_tables, report
from byoc.reports.report import Picture, Table
from byoc.training.job import Job

MISTAKES = 20
LONGEST_SHOWN = 300


def write(
    job: Job,
    hyperparameters: BaseModel,
    history: Mapping[str, Sequence[float]],
    known: np.ndarray,
    judged: tuple[str, Any, np.ndarray],
    lengths: Sequence[int],
) -> None:
    """Write report.html and its pictures. `judged` are rows, what they are called, and their probabilities (rows,
    labels); `lengths` are the training texts' in tokens.
    """

    def parts() -> Iterator[report.Part]:
        name, rows, probabilities = judged
        channel = "training" if name == "train" else name
        losses = {metric: values for metric, values in history.items() if metric.endswith(":loss")}
        if losses:  # else it was stopped within the first epoch
            yield Picture("learning_curves", "Loss", charts.curves("Loss", "epoch", losses))
        yield from classification.judged(channel, known, rows.labels, probabilities)
        yield _mistakes(channel, known, rows, probabilities)
        yield _lengths(lengths, hyperparameters.max_length)
        yield from data_tables.about(channel, rows.labels, {})

    report.write(job, "Text classification", hyperparameters, parts())


def _mistakes(channel: str, known: np.ndarray, rows: Any, probabilities: np.ndarray) -> Table:
    taken, scores = known[probabilities.argmax(axis=1)], probabilities.max(axis=1)
    wrong = np.flatnonzero(taken != rows.labels)
    worst = wrong[np.argsort(-scores[wrong], kind="stable")][:MISTAKES]
    told = [(_short(rows.texts[row]), rows.labels[row], taken[row], f"{scores[row]:.3f}") for row in worst]
    return Table(f"The surest mistakes, {channel} data", ("text", "label", "taken for", "score"), told)


def _lengths(lengths: Sequence[int], most: int) -> Table:
    told = [(name, f"{np.quantile(lengths, share):.0f}") for name, share in _QUANTILES.items()]
    cut = sum(length >= most for length in lengths) / len(lengths)
    return Table("Tokens of a training text", ("", "tokens"), [*told, (f"share with max_length, {most}", f"{cut:.1%}")])


_QUANTILES = {"shortest": 0.0, "median": 0.5, "9 of 10 have at most": 0.9, "longest": 1.0}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
