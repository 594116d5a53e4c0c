"""The report: how good the forest's answers are, which columns matter, and the data."""

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

from byoc.reports import charts, classification, data_tables, regression, report
from byoc.reports.report import Part, Picture
from byoc.training.job import Job

# What the report may be about, the best first.
DATA = {"validation": "validation", "oob": "out-of-bag", "train": "training"}


def write(
    job: Job,
    hyperparameters: BaseModel,
    model: Pipeline,
    rows: np.ndarray,
    labels: np.ndarray,
    judged: dict[str, tuple[np.ndarray, np.ndarray]],
) -> None:
    """Write report.html and its pictures.

    `rows` and `labels` are what the forest was trained on; `judged` tells of each kind of data the labels (rows) and
    the answers: the probabilities (rows, labels), or numbers (rows).
    """
    report.write(job, "Random forest", hyperparameters, _parts(model, rows, labels, judged))


def _parts(
    model: Pipeline, rows: np.ndarray, labels: np.ndarray, judged: dict[str, tuple[np.ndarray, np.ndarray]]
) -> Iterator[Part]:
    best = next(name for name in DATA if name in judged)
    if is_classifier(model):
        yield from classification.judged(DATA[best], model.classes_, *judged[best])
    else:
        yield from regression.judged(DATA[best], *judged[best])
    gains = charts.bars("Importance", importances(model, rows.dtype))
    yield Picture("importance", "Feature importance", gains)
    yield from data_tables.about("training", labels, {name: rows[name] for name in rows.dtype.names})


def importances(model: Pipeline, columns: np.dtype) -> dict[str, float]:
    """The share of each column in what the splits gain; a category's indicators are added up."""
    shares = dict.fromkeys(columns.names, 0.0)
    gains = iter(model.named_steps["forest"].feature_importances_)
    for kind, step, indices in model.named_steps["columns"].transformers_:
        for place, index in enumerate(indices):
            width = len(step.categories_[place]) if kind == "categories" else 1
            shares[columns.names[index]] = float(sum(next(gains) for _ in range(width)))
    return shares
