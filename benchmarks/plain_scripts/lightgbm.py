"""What one would write with LightGBM alone, to compare the project with: it neither exports nor serves."""

import csv
from collections.abc import Callable
from pathlib import Path

import lightgbm
import numpy as np

TEXTS = ("make", "fuel_type", "aspiration", "doors", "body_style", "engine_location")
TEXTS += ("engine_type", "cylinders", "fuel_system")
PARAMETERS = {"objective": "multiclass", "num_class": 3, "min_data_in_leaf": 5, "min_data_per_group": 5}
QUIET = {"verbosity": -1, "num_threads": 1}
ROUNDS = 100
BEST = 29  # of these, by the rows held out
LABELS = ["4wd", "fwd", "rwd"]


def score(training: Path, held_out: Path) -> float:
    """The accuracy on the rows of `held_out`, after training on those of `training`; the former end it early."""
    names, rows = read(training)
    codes = numbered(names, rows)
    data = dataset(names, rows, codes)
    names, rows = read(held_out)
    watched = dataset(names, rows, codes, reference=data)
    early = {"valid_sets": [watched], "callbacks": [lightgbm.early_stopping(10, verbose=False)]}
    model = lightgbm.train(PARAMETERS | QUIET, data, ROUNDS, **early)
    places = model.predict(matrix(names, rows, codes)).argmax(axis=1)
    return float(np.mean([LABELS[place] == row[0] for place, row in zip(places, rows, strict=True)]))


def one_row(training: Path) -> Callable[[], object]:
    """LightGBM's own prediction of one row, in one thread; to number the row's categories is not counted."""
    names, rows = read(training)
    codes = numbered(names, rows)
    model = lightgbm.train(PARAMETERS | QUIET, dataset(names, rows, codes), BEST)
    row = matrix(names, rows[:1], codes)
    return lambda: model.predict(row)


def dataset(names: list[str], rows: list[list[str]], codes: dict, **settings) -> lightgbm.Dataset:
    labels = [LABELS.index(row[0]) for row in rows]
    texts = [place for place, name in enumerate(names) if name in TEXTS]
    return lightgbm.Dataset(matrix(names, rows, codes), labels, categorical_feature=texts, params=QUIET, **settings)


def numbered(names: list[str], rows: list[list[str]]) -> dict[str, dict[str, int]]:
    """The number of each category, by column."""
    columns = dict(zip(names, list(zip(*rows, strict=True))[1:], strict=True))
    return {name: {text: code for code, text in enumerate(sorted(set(columns[name]) - {""}))} for name in TEXTS}


def matrix(names: list[str], rows: list[list[str]], codes: dict[str, dict[str, int]]) -> np.ndarray:
    """The features (rows, columns), NaN where a cell is empty or holds a category without a number."""

    def number(name: str, cell: str) -> float:
        return codes[name].get(cell, np.nan) if name in codes else float(cell or "nan")

    return np.array([[number(*pair) for pair in zip(names, row[1:], strict=True)] for row in rows])


def read(file: Path) -> tuple[list[str], list[list[str]]]:
    """The names of the features, and the rows, whose first cell is the label."""
    (_, *names), *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    return names, rows
