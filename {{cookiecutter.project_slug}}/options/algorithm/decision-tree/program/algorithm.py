"""The algorithm: a scikit-learn decision tree. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.tree import DecisionTreeClassifier

import tree_report
from byoc.channels import columns, targets
from byoc.channels.chosen import ChosenColumns
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    criterion: Annotated[Literal["gini", "entropy", "log_loss"], Tunable()] = Field(
        "gini", description="how a split's quality is measured"
    )
    max_leaf_nodes: Annotated[int | None, Tunable(2, 256, "Logarithmic")] = Field(
        None, ge=2, description="the most leaves; no limit by default"
    )
    max_depth: Annotated[int | None, Tunable(1, 32)] = Field(
        None, ge=1, description="the most splits above a leaf; no limit by default"
    )
    min_samples_leaf: Annotated[int, Tunable(1, 64, "Logarithmic")] = Field(
        1, ge=1, description="the fewest rows that a leaf may hold"
    )
    random_state: int = Field(0, ge=0, lt=2**32, description="decides between equally good splits")
    feature_names: list[str] | None = Field(
        None, description="the names of the features; by default the header's, or feature_1, …"
    )


METRICS = ("train:accuracy", "validation:accuracy")  # what `train` prints, for a tuning job to find


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, score the channel `validation` if there is one, save the model and a report.

    Raises InputError for data that no classifier can be trained on.
    """
    named, labels, features = job.channel("training").read_named()
    targets.check_count(targets.classes(labels), len(labels))
    names = columns.names(hyperparameters.feature_names or named, features.shape[1])
    print(f"training on {len(labels)} rows of {len(names)} features", flush=True)

    tree = grow(hyperparameters, labels, features)
    job.metric("train:accuracy", tree.score(features, labels))
    scored = "training", labels, features
    if "validation" in job.channels:
        scored = "validation", *job.channel("validation").read_labelled(trained=len(names), names=named)
        job.metric("validation:accuracy", targets.accuracy(scored[1], tree.predict(scored[2])))

    job.save(export(tree), signature(tree, names, features))
    tree_report.write(job, hyperparameters, tree, names, scored)


def grow(hyperparameters: Hyperparameters, labels: np.ndarray, features: np.ndarray) -> DecisionTreeClassifier:
    """The tree for `labels` (rows) and `features` (rows, features)."""
    known = set(DecisionTreeClassifier().get_params())  # to scikit-learn; hyperparameters by other names are yours
    return DecisionTreeClassifier(**hyperparameters.model_dump(include=known)).fit(features, labels)


def export(tree: DecisionTreeClassifier) -> bytes:
    """The tree as ONNX: `features`, float32 (rows, features), gives `label` (rows), `probabilities` (rows, labels)."""
    rows = FloatTensorType([None, tree.n_features_in_])
    model = to_onnx(tree, initial_types=[("features", rows)], options={"zipmap": False}, name="decision_tree")
    return model.SerializeToString()


def signature(tree: DecisionTreeClassifier, names: list[str], features: np.ndarray) -> Signature:
    return Signature(columns.of_numbers(names, features), tuple(tree.classes_.tolist()))
