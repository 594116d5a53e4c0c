"""The algorithm: a scikit-learn decision tree. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, Field
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.tree import DecisionTreeClassifier

import tree_report
from byoc.channels import columns, targets
from byoc.reports import held_out
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(BaseModel):
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
    feature_names: list[str] | None = Field(None, description="the columns after the label; feature_1, … by default")


# What `train` prints, for a tuning job to find: "held_out" without the channel validation, else "validation".
METRICS = ("train:accuracy", "validation:accuracy", "held_out:accuracy")


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, score the channel `validation` if there is one, save the model and a report.

    Raises InputError for data that no classifier can be trained on.
    """
    labels, features = job.channel("training").read_labelled()
    targets.classes(labels)
    names = columns.names(hyperparameters.feature_names, features.shape[1])
    print(f"training on {len(labels)} rows of {len(names)} features", flush=True)

    tree = grow(hyperparameters, labels, features)
    job.metric("train:accuracy", tree.score(features, labels))
    scored = "training", labels, features, tree.predict_proba(features)
    if "validation" in job.channels:
        truth, rows = job.channel("validation").read_labelled()
        scored = "validation", truth, rows, tree.predict_proba(rows)
        job.metric("validation:accuracy", targets.accuracy(truth, tree.predict(rows)))

    job.save(export(tree), signature(tree, names, features))

    def answers(trained: np.ndarray, held: np.ndarray) -> np.ndarray:
        return grow(hyperparameters, labels[trained], features[trained]).predict_proba(features[held])

    if held := held_out.judge(job, labels, answers, features.size * len(tree.classes_)):
        scored = "held-out", labels[held.rows], features[held.rows], held.answers
        job.metric("held_out:accuracy", targets.accuracy(scored[1], tree.classes_[held.answers.argmax(axis=1)]))
    tree_report.write(job, hyperparameters, tree, names, scored)


def grow(hyperparameters: Hyperparameters, labels: np.ndarray, features: np.ndarray) -> DecisionTreeClassifier:
    """The tree for `labels` (rows) and `features` (rows, features)."""
    return DecisionTreeClassifier(**hyperparameters.model_dump(exclude={"feature_names"})).fit(features, labels)


def export(tree: DecisionTreeClassifier) -> bytes:
    """The tree as ONNX: `features`, float32 (rows, features), gives `label` (rows), `probabilities` (rows, labels)."""
    rows = FloatTensorType([None, tree.n_features_in_])
    model = to_onnx(tree, initial_types=[("features", rows)], options={"zipmap": False}, name="decision_tree")
    return model.SerializeToString()


def signature(tree: DecisionTreeClassifier, names: list[str], features: np.ndarray) -> Signature:
    return Signature(columns.of_numbers(names, features), tuple(tree.classes_.tolist()))
