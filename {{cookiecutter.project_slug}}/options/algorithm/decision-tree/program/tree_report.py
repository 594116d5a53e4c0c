"""The report: the tree as a picture, how well it classifies, and the data."""

import numpy as np
from pydantic import BaseModel
from sklearn.tree import DecisionTreeClassifier

import tree_picture
from byoc.reports import classification, data_tables, report
from byoc.reports.report import Picture
from byoc.training.job import Job


def write(
    job: Job,
    hyperparameters: BaseModel,
    tree: DecisionTreeClassifier,
    names: list[str],
    scored: tuple[str, np.ndarray, np.ndarray],
) -> None:
    """Write report.html and its pictures.

    `scored` is the channel that the model was scored on: its name, labels (rows) and features (rows, features).
    """
    channel, labels, features = scored
    parts = [
        Picture("tree", "The tree", tree_picture.draw(tree, names)),
        *classification.judged(channel, tree.classes_, labels, tree.predict_proba(features)),
        *data_tables.about(channel, labels, dict(zip(names, features.T, strict=True))),
    ]
    report.write(job, "Decision tree", hyperparameters, parts)
