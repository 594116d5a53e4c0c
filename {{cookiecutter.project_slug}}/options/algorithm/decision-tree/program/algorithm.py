"""The algorithm: a scikit-learn decision tree. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import is_classifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import tree_report
from byoc.channels import columns, objectives
from byoc.channels.chosen import ChosenColumns
from byoc.reports import held_out
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    objective: Literal["auto", "classification", "regression"] = Field(
        "auto", description="classification or regression: a label or a number; auto is classification"
    )
    criterion: Literal["gini", "entropy", "log_loss", "squared_error", "absolute_error", "poisson"] | None = Field(
        None, description="how a split's quality is measured; gini by default for labels, squared_error for numbers"
    )
    max_leaf_nodes: Annotated[int | None, Tunable(2, 256, "Logarithmic")] = Field(
        None, ge=2, description="maximum number of leaves; no limit by default"
    )
    max_depth: Annotated[int | None, Tunable(1, 32)] = Field(
        None, ge=1, description="maximum depth of a tree; no limit by default"
    )
    min_samples_leaf: Annotated[int, Tunable(1, 64, "Logarithmic")] = Field(
        1, ge=1, description="minimum number of rows in a leaf"
    )
    random_state: int = Field(0, ge=0, lt=2**32, description="random seed: the choice between equally good splits")
    feature_names: list[str] | None = Field(
        None, description="the names of the features; by default the header's, or feature_1, …"
    )


# What `train` prints, for a tuning job to find: the accuracy of labels, the others of numbers; "held_out" without the
# channel validation.
METRICS = tuple(f"{rows}:{name}" for rows in ("train", "validation", "held_out") for name in objectives.METRICS)
CRITERIA = {
    "classification": ("gini", "entropy", "log_loss"),
    "regression": ("squared_error", "absolute_error", "poisson"),
}
Tree = DecisionTreeClassifier | DecisionTreeRegressor


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, score the channel `validation` if there is one, save the model and a report.

    Raises InputError for data from which the objective cannot be learnt.
    """
    objectives.refuse_others("criterion", hyperparameters.criterion, hyperparameters.objective, CRITERIA)
    named, labels, features = job.channel("training").read_named()
    labels = objectives.learnt(hyperparameters.objective, labels, "training", hyperparameters.max_labels)
    names = columns.names(hyperparameters.feature_names or named, features.shape[1])
    print(f"training on {len(labels)} rows of {len(names)} features", flush=True)

    tree = grow(hyperparameters, labels, features)
    scored = "training", labels, features, answers(tree, features)
    tell(job, "train", tree, labels, scored[-1])
    if "validation" in job.channels:
        truth, rows = job.channel("validation").read_labelled(trained=len(names), names=named)
        truth = objectives.as_learnt(truth, labels, "validation")
        scored = "validation", truth, rows, answers(tree, rows)
        tell(job, "validation", tree, truth, scored[-1])

    job.save(export(tree), signature(tree, names, features))

    def of_others(trained: np.ndarray, held: np.ndarray) -> np.ndarray:
        return answers(grow(hyperparameters, labels[trained], features[trained]), features[held])

    if held := held_out.judge(job, labels, of_others, features.shape[1] * scored[-1].size):
        scored = "held-out", labels[held.rows], features[held.rows], held.answers
        tell(job, "held_out", tree, scored[1], held.answers)
    tree_report.write(job, hyperparameters, tree, names, scored)


def grow(hyperparameters: Hyperparameters, labels: np.ndarray, features: np.ndarray) -> Tree:
    """The tree for `labels` (rows; float64 if numbers are learnt) and `features` (rows, features)."""
    if hyperparameters.criterion == "poisson":
        objectives.refuse_counts(labels, "training", "criterion poisson")
    kind = DecisionTreeRegressor if hyperparameters.objective == "regression" else DecisionTreeClassifier
    # scikit-learn is given what it knows by the same name; what is None is left to it.
    known = kind().get_params()
    return kind(**{name: value for name, value in hyperparameters if name in known and value is not None}).fit(
        features, labels
    )


def answers(tree: Tree, features: np.ndarray) -> np.ndarray:
    """Of `features` (rows, features) the probabilities (rows, labels), or the numbers (rows)."""
    return tree.predict_proba(features) if is_classifier(tree) else tree.predict(features)


def tell(job: Job, name: str, tree: Tree, labels: np.ndarray, answers: np.ndarray) -> None:
    """The metrics of `answers` to rows whose labels (rows) are known; `name` is what the rows are called."""
    predicted = tree.classes_[answers.argmax(axis=1)] if is_classifier(tree) else answers
    for metric, value in objectives.scores(labels, predicted).items():
        job.metric(f"{name}:{metric}", value)


def export(tree: Tree) -> bytes:
    """The tree as ONNX: `features`, float32 (rows, features), gives `label` (rows) and `probabilities` (rows, labels).

    If numbers are learnt, it gives `variable` (rows, 1).
    """
    rows = FloatTensorType([None, tree.n_features_in_])
    options = {"zipmap": False} if is_classifier(tree) else None
    model = to_onnx(tree, initial_types=[("features", rows)], options=options, name="decision_tree")
    return model.SerializeToString()


def signature(tree: Tree, names: list[str], features: np.ndarray) -> Signature:
    labels = tuple(tree.classes_.tolist()) if is_classifier(tree) else ()
    return Signature(columns.of_numbers(names, features), labels)
