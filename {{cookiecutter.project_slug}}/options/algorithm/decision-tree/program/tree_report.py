"""What a person looks at after training: the confusion matrix, the tree, and a page that holds them."""

from collections.abc import Mapping

import numpy as np
from pydantic import BaseModel
from sklearn.tree import DecisionTreeClassifier

import tree_picture
from byoc import pictures, report, targets
from byoc.job import Job


def write(
    job: Job,
    hyperparameters: BaseModel,
    tree: DecisionTreeClassifier,
    names: list[str],
    scored: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> None:
    """Write confusion_matrix.svg, tree.svg and report.html.

    `scored` maps the name of the channel that the model was scored on to its labels and features.
    """
    ((channel, (labels, features)),) = scored.items()
    matrix = pictures.confusion_matrix(*targets.confusion(tree.classes_, labels, tree.predict(features)))
    drawing = tree_picture.draw(tree, names)
    metrics = [(name, f"{value:.4f}") for name, value in job.metrics.items()]
    page = report.page(
        "Decision tree",
        [
            report.table("Metrics", ("metric", "value"), metrics),
            report.picture(f"Confusion matrix, {channel} data", matrix),
            report.picture("The tree", drawing),
            report.table("Hyperparameters", ("name", "value"), list(hyperparameters.model_dump().items())),
            report.summary(f"The {channel} data", names, features, labels),
        ],
    )
    job.write_output("confusion_matrix.svg", matrix)
    job.write_output("tree.svg", drawing)
    job.write_output("report.html", page)
