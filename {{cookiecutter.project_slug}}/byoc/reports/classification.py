"""A classifier's part of the report: confusion matrix, ROC curves, calibration.

Of many labels it tells those that are confused most, and of many rows some: no data makes it large or slow.
"""

import numpy as np

from byoc.channels import targets
from byoc.reports import charts, pictures
from byoc.reports.report import Part, Picture, Table

MOST_ROWS = 100_000
MOST_LABELS = 30
MOST_CURVES = 8
BINS = 10


def judged(data: str, known: np.ndarray, actual: np.ndarray, probabilities: np.ndarray) -> list[Part]:
    """Confusion matrix, ROC curves, calibration, and figures for each label.

    `known` are the labels (labels) in the order of `probabilities` (rows, labels); `actual` is what each row is (rows),
    at times a label that is not known. `data` is what the rows are called.
    """
    some, rows_note = _some_rows(len(actual))
    actual, known = targets.alike(actual[some], known)
    every, codes = np.unique(np.concatenate([known, actual]), return_inverse=True)
    place, actual = codes[: len(known)], codes[len(known) :]  # of each known label, and of each row's, among `every`
    probabilities = probabilities[some]
    predicted = place[probabilities.argmax(axis=1)]
    chosen, labels_note = _most_confused(len(every), actual, predicted)
    note = "; ".join(filter(None, (labels_note, rows_note)))
    ranked = {}
    for column in np.flatnonzero(np.isin(place, chosen)):
        positive = actual == place[column]
        if 0 < positive.sum() < len(actual):
            ranked[column] = roc(positive, probabilities[:, column])
    names, counts = confusion([str(label) for label in every[chosen]], chosen, actual, predicted)
    matrix = pictures.confusion_matrix(names, counts)
    parts: list[Part] = [
        Picture("confusion_matrix", f"Confusion matrix, {data} data", matrix, note),
        _per_label(known, place, chosen, actual, predicted, ranked)._replace(note=note),
    ]
    if ranked:
        # Of two labels, one's curve is the other's upside down. Of many, the worst are worth a look.
        areas = {column: area(*curve) for column, curve in ranked.items()}
        worst = list(ranked)[1:] if len(known) == 2 else sorted(ranked, key=areas.__getitem__)
        curves = {f"{areas[column]:.3f} {known[column]}": ranked[column] for column in (worst or ranked)[:MOST_CURVES]}
        drawn = charts.shares("ROC", ("false positive rate", "true positive rate"), curves)
        told = f"the {len(curves)} smallest areas of {len(ranked)}" if len(curves) < len(worst) else ""
        parts.append(Picture("roc", "ROC: each label against the rest, area", drawn, told))
    drawn = charts.shares(
        "Calibration",
        ("score", "share of right answers"),
        {"predicted": calibration(predicted == actual, probabilities.max(axis=1))},
    )
    parts.append(Picture("calibration", "Calibration: of rows scored 0.9, are 9 in 10 right?", drawn))
    return parts


def confusion(
    names: list[str], chosen: np.ndarray, actual: np.ndarray, predicted: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """The names of the `chosen` labels, and how often each (row) was taken for each (column).

    All are places of labels. If others occur, they come last, together.
    """
    count = len(chosen)
    places = np.full(max(actual.max(), predicted.max(), chosen.max()) + 1, count)
    places[chosen] = np.arange(count)
    pairs = np.bincount(places[actual] * (count + 1) + places[predicted], minlength=(count + 1) ** 2)
    counts = pairs.reshape(count + 1, count + 1)
    if counts[count].any() or counts[:, count].any():
        return [*names, "all others"], counts
    return names, counts[:count, :count]


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
    """The mean score and the share of right answers, of each tenth of the scores from 0 to 1 that has rows."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    found = [bins == number for number in range(BINS) if (bins == number).any()]
    return [float(scores[each].mean()) for each in found], [float(right[each].mean()) for each in found]


def _some_rows(count: int) -> tuple[slice | np.ndarray, str]:
    """All rows, or of too many some, chosen evenly, and what is to be said of that."""
    if count <= MOST_ROWS:
        return slice(None), ""
    return np.linspace(0, count - 1, MOST_ROWS).astype(int), f"{MOST_ROWS:,} of {count:,} rows, chosen evenly"


def _most_confused(count: int, actual: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, str]:
    """The places of all `count` labels, or of those most often taken for others or others for them, in order."""
    if count <= MOST_LABELS:
        return np.arange(count), ""
    wrong = actual != predicted
    confused = np.bincount(actual[wrong], minlength=count) + np.bincount(predicted[wrong], minlength=count)
    chosen = np.lexsort((-np.bincount(actual, minlength=count), -confused))[:MOST_LABELS]
    return np.sort(chosen), f"the {MOST_LABELS} labels that are confused most of {count:,}"


def _per_label(
    known: np.ndarray, place: np.ndarray, chosen: np.ndarray, actual: np.ndarray, predicted: np.ndarray, ranked: dict
) -> Table:
    rows = []
    for column in np.flatnonzero(np.isin(place, chosen)):
        is_so, is_told = actual == place[column], predicted == place[column]
        hits = np.sum(is_so & is_told)
        auc = f"{area(*ranked[column]):.3f}" if column in ranked else "–"
        rows.append((known[column], is_so.sum(), _share(hits, is_told.sum()), _share(hits, is_so.sum()), auc))
    return Table("By label", ("label", "rows", "precision", "recall", "ROC area"), rows)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"
