"""The report: the tree as a picture, how good its answers are, and the data."""

import numpy as np
from pydantic import BaseModel
from sklearn.base import is_classifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import tree_picture
from byoc.reports import classification, data_tables, regression, report
from byoc.reports.report import Picture
from byoc.training.job import Job


def write(
    job: Job,
    hyperparameters: BaseModel,
    tree: DecisionTreeClassifier | DecisionTreeRegressor,
    names: list[str],
    scored: tuple[str, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Write report.html and its pictures.

    `scored` is what the model was scored on: what the rows are called, their labels (rows), features (rows, features)
    and the answers: probabilities (rows, labels), or numbers (rows).
    """
    channel, labels, features, answers = scored
    if is_classifier(tree):
        judged = classification.judged(channel, tree.classes_, labels, answers)
    else:
        judged = regression.judged(channel, labels, answers)
    parts = [
        Picture("tree", "The tree", tree_picture.draw(tree, names)),
        *judged,
        *data_tables.about(channel, labels, dict(zip(names, features.T, strict=True))),
    ]
    report.write(job, "Decision tree", hyperparameters, parts)
