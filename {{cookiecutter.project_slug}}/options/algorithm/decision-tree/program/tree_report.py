"""The report: the tree as a picture, how good its answers are, and the data."""

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel
from sklearn.base import is_classifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import tree_picture
from byoc.reports import classification, data_tables, regression, report
from byoc.reports.report import Part, Picture
from byoc.training.job import Job

Scored = tuple[str, np.ndarray, np.ndarray, np.ndarray]


def write(
    job: Job,
    hyperparameters: BaseModel,
    tree: DecisionTreeClassifier | DecisionTreeRegressor,
    names: list[str],
    scored: Scored,
) -> None:
    """Write report.html and its pictures.

    `scored` is what the model was scored on: what the rows are called, their labels (rows), features (rows, features)
    and the answers: probabilities (rows, labels), or numbers (rows).
    """
    report.write(job, "Decision tree", hyperparameters, _parts(tree, names, scored))


def _parts(tree: DecisionTreeClassifier | DecisionTreeRegressor, names: list[str], scored: Scored) -> Iterator[Part]:
    data, labels, features, answers = scored
    yield Picture("tree", "The tree", tree_picture.draw(tree, names), tree_picture.left_out(tree))
    if is_classifier(tree):
        yield from classification.judged(data, tree.classes_, labels, answers)
    else:
        yield from regression.judged(data, labels, answers)
    yield from data_tables.about(data, labels, dict(zip(names, features.T, strict=True)))
