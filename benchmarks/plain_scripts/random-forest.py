"""What one would write with scikit-learn alone, to compare the project with: it neither exports nor serves."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

CATEGORIES = ("island", "sex")


def score(training: Path, held_out: Path) -> float:
    """The accuracy on the rows of `held_out`, after training on those of `training`."""
    _, labels, rows = read(held_out)
    return float(fitted(training).score(rows, labels))


def one_row(training: Path) -> Callable[[], object]:
    """scikit-learn's own prediction of one row."""
    _, _, rows = read(training)
    model, row = fitted(training), rows[:1]
    return lambda: model.predict(row)


def fitted(training: Path) -> Pipeline:
    names, labels, rows = read(training)
    texts = [index for index, name in enumerate(names) if name in CATEGORIES]
    numbers = [index for index in range(len(names)) if index not in texts]
    columns = make_column_transformer(
        (SimpleImputer(strategy="median"), numbers), (OneHotEncoder(handle_unknown="ignore"), texts)
    )
    return make_pipeline(columns, RandomForestClassifier(random_state=0)).fit(rows, labels)


def read(file: Path) -> tuple[list[str], list[str], np.ndarray]:
    """The columns' names, the labels and the rows, of which a cell that is empty is missing."""
    (_, *names), *lines = csv.reader(file.read_text(encoding="utf-8").splitlines())
    cells = [[text if name in CATEGORIES else float(text or "nan") for name, text in zip(names, line[1:], strict=True)]
             for line in lines]  # fmt: skip
    return names, [line[0] for line in lines], np.array(cells, dtype=object)
