"""A classifier's part of the report: confusion matrix, ROC curves, calibration."""

import numpy as np

from byoc.channels import targets
from byoc.reports import charts, pictures
from byoc.reports.report import Part, Picture, Table

MOST_CURVES = 8
BINS = 10


def judged(data: str, known: np.ndarray, actual: np.ndarray, probabilities: np.ndarray) -> list[Part]:
    """Confusion matrix, ROC curves, calibration, and figures for each label.

    `known` are the labels (labels) in the order of `probabilities` (rows, labels); `actual` is what each row is (rows),
    at times a label that is not known. `data` is what the rows are called.
    """
    known, actual = targets.alike(known, actual)
    predicted = known[probabilities.argmax(axis=1)]
    ranked = {}
    for place, label in enumerate(known):
        if 0 < np.sum(actual == label) < len(actual):
            ranked[str(label)] = roc(actual == label, probabilities[:, place])
    parts: list[Part] = [
        Picture(
            "confusion_matrix",
            f"Confusion matrix, {data} data",
            pictures.confusion_matrix(*targets.confusion(known, actual, predicted)),
        ),
        _per_label(known, actual, predicted, ranked),
    ]
    if ranked:
        # Of two labels, one's curve is the other's upside down. Of many, the worst are worth a look.
        chosen = list(ranked)[1:] if len(known) == 2 else sorted(ranked, key=lambda name: area(*ranked[name]))
        curves = {f"{name} {area(*ranked[name]):.3f}": ranked[name] for name in (chosen or ranked)[:MOST_CURVES]}
        names = ("false positive rate", "true positive rate")
        parts.append(Picture("roc", "ROC: each label against the rest, area", charts.shares("ROC", names, curves)))
    drawn = charts.shares(
        "Calibration",
        ("score", "share that is right"),
        {"predicted": calibration(predicted == actual, probabilities.max(axis=1))},
    )
    parts.append(Picture("calibration", "Calibration: is a score of 0.9 right 9 times in 10?", drawn))
    return parts


def roc(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates at each threshold, from (0, 0) to (1, 1); rows of the same score share a point."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    hits = np.cumsum(positive[order])[last]
    misses = np.arange(1, len(scores) + 1)[last] - hits
    return np.append(0, misses / misses[-1]), np.append(0, hits / hits[-1])


def area(false_positives: np.ndarray, true_positives: np.ndarray) -> float:
    """Under the ROC curve, by trapezoids."""
    return float(np.sum(np.diff(false_positives) * (true_positives[1:] + true_positives[:-1]) / 2))


def calibration(right: np.ndarray, scores: np.ndarray) -> tuple[list[float], list[float]]:
    """The mean score and the share that is right, of the rows in each tenth of the scores from 0 to 1 that has any."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    found = [bins == number for number in range(BINS) if (bins == number).any()]
    return [float(scores[each].mean()) for each in found], [float(right[each].mean()) for each in found]


def _per_label(known: np.ndarray, actual: np.ndarray, predicted: np.ndarray, ranked: dict) -> Table:
    rows = []
    for label in known:
        hits = np.sum((actual == label) & (predicted == label))
        precision, recall = _share(hits, np.sum(predicted == label)), _share(hits, np.sum(actual == label))
        auc = f"{area(*ranked[str(label)]):.3f}" if str(label) in ranked else "–"
        rows.append((label, np.sum(actual == label), precision, recall, auc))
    return Table("By label", ("label", "rows", "precision", "recall", "ROC area"), rows)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"
