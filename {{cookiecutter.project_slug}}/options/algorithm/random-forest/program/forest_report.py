"""What a person looks at after training: the confusion matrix, what the forest looks at, and a page that holds them."""

import numpy as np
from pydantic import BaseModel
from sklearn.metrics import confusion_matrix
from sklearn.pipeline import Pipeline

from byoc import pictures, report
from byoc.codecs import records
from byoc.job import Job

BAR = 300  # pixels, of the most important feature
LINE = 26
MOST = 30  # features that are drawn


def write(
    job: Job,
    hyperparameters: BaseModel,
    model: Pipeline,
    rows: np.ndarray,
    labels: np.ndarray,
    scored: str,
    truth: np.ndarray,
    guessed: np.ndarray,
) -> None:
    """Write confusion_matrix.svg, importance.svg and report.html.

    `rows` and `labels` are what the forest was trained on; `truth` and `guessed` are the labels of what it was scored
    on, whose name is `scored`.
    """
    known = np.union1d(model.named_steps["forest"].classes_, truth)
    matrix = pictures.confusion_matrix([str(label) for label in known], _counts(truth, guessed, known))
    importance = draw(importances(model, rows.dtype))
    sections = [
        report.table("Metrics", ("metric", "value"), [(name, f"{value:.4f}") for name, value in job.metrics.items()]),
        report.picture(f"Confusion matrix, {scored} data", matrix),
        report.picture("What the forest looks at", importance),
        report.table("Hyperparameters", ("name", "value"), list(hyperparameters.model_dump().items())),
        report.table("The training data", ("label", "rows"), zip(*np.unique(labels, return_counts=True), strict=True)),
        report.table("Features", ("feature", "missing", "values"), [_summary(rows, name) for name in rows.dtype.names]),
    ]
    job.write_output("confusion_matrix.svg", matrix)
    job.write_output("importance.svg", importance)
    job.write_output("report.html", report.page("Random forest", sections))


def importances(model: Pipeline, columns: np.dtype) -> dict[str, float]:
    """The share of each column in what the splits gain, the largest first; a category's indicators are added up."""
    shares = dict.fromkeys(columns.names, 0.0)
    gains = iter(model.named_steps["forest"].feature_importances_)
    for kind, step, indices in model.named_steps["columns"].transformers_:
        for place, index in enumerate(indices):
            width = len(step.categories_[place]) if kind == "categories" else 1
            shares[columns.names[index]] = float(sum(next(gains) for _ in range(width)))
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def draw(shares: dict[str, float]) -> str:
    """A bar for each of the largest shares."""
    shown = list(shares.items())[:MOST]
    margin = 8 * max(len(name[:24]) for name, _ in shown) + 8
    largest = max(shares.values()) or 1.0
    parts = []
    for row, (name, share) in enumerate(shown):
        y, length = LINE * row, BAR * share / largest
        parts.append(pictures.text(margin - 8, y + LINE / 2, name, most=24, anchor="end"))
        place = f'x="{margin}" y="{y + 3}" width="{length:.1f}" height="{LINE - 6}"'
        parts.append(f'<rect {place} fill="hsl(210 60% 60%)"/>')
        parts.append(pictures.text(margin + length + 6, y + LINE / 2, f"{share:.1%}", anchor="start"))
    return pictures.document(margin + BAR + 60, LINE * len(shown), "".join(parts), "Feature importance")


def _counts(truth: np.ndarray, guessed: np.ndarray, known: np.ndarray) -> np.ndarray:
    if not len(truth):
        return np.zeros((len(known), len(known)), int)
    return confusion_matrix(truth, guessed, labels=known)


def _summary(rows: np.ndarray, name: str) -> tuple[str, int, str]:
    values = rows[name]
    absent = records.missing(values)
    there = values[~absent]
    if records.is_text(values.dtype):
        different = sorted(set(there))
        shown = ", ".join(different[:10]) + (f", … ({len(different)} in all)" if len(different) > 10 else "")
    else:
        shown = f"{there.min():.4g} to {there.max():.4g}, half below {np.median(there):.4g}"
    return name, int(absent.sum()), shown
