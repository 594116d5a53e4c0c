"""The report: the tree as a picture, how well it classifies, and the data."""

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel
from sklearn.tree import DecisionTreeClassifier

import tree_picture
from byoc.reports import classification, data_tables, report
from byoc.reports.report import Part, Picture
from byoc.training.job import Job

Scored = tuple[str, np.ndarray, np.ndarray, np.ndarray]


def write(job: Job, hyperparameters: BaseModel, tree: DecisionTreeClassifier, names: list[str], scored: Scored) -> None:
    """Write report.html and its pictures.

    `scored` is what the model was scored on: what the rows are called, their labels (rows), features (rows, features)
    and probabilities (rows, labels).
    """
    report.write(job, "Decision tree", hyperparameters, _parts(tree, names, scored))


def _parts(tree: DecisionTreeClassifier, names: list[str], scored: Scored) -> Iterator[Part]:
    data, labels, features, probabilities = scored
    yield Picture("tree", "The tree", tree_picture.draw(tree, names), tree_picture.left_out(tree))
    yield from classification.judged(data, tree.classes_, labels, probabilities)
    yield from data_tables.about(data, labels, dict(zip(names, features.T, strict=True)))
