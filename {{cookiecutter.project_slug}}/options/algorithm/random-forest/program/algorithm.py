"""The algorithm: a scikit-learn random forest on numbers and categories. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

import forest_hosts
import forest_model
import forest_onnx
import forest_report
from byoc import cpus
from byoc.channels import columns, objectives
from byoc.channels.chosen import ChosenColumns
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job
from forest_model import Forest

Share = Annotated[float, Field(gt=0, le=1)]


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    objective: Literal["auto", "classification", "regression"] = Field(
        "auto", description="classification or regression: a label or a number; auto is classification"
    )
    categories: list[str] = Field(
        [], description="the columns that hold text; by default those whose first value is no number"
    )
    n_estimators: Annotated[int, Tunable(10, 500, "Logarithmic")] = Field(
        100, ge=1, le=10_000, description="number of trees"
    )
    criterion: Literal["gini", "entropy", "log_loss", "squared_error", "absolute_error", "poisson"] | None = Field(
        None, description="how a split's quality is measured; gini by default for labels, squared_error for numbers"
    )
    max_features: Annotated[Literal["sqrt", "log2"] | Share | None, Tunable(0.1, 1.0)] = Field(
        None, description="share of the features considered at a split; by default sqrt for labels, 1 for numbers"
    )
    max_depth: Annotated[int | None, Tunable(1, 32)] = Field(
        None, ge=1, description="maximum depth of a tree; no limit by default"
    )
    min_samples_leaf: Annotated[int, Tunable(1, 64, "Logarithmic")] = Field(
        1, ge=1, description="minimum number of rows in a leaf"
    )
    random_state: int = Field(0, ge=0, lt=2**32, description="random seed: the rows and features of each tree")


# What `train` prints, for a tuning job to find: the accuracy of labels, the others of numbers. Each row is also scored
# by the trees that did not see it: "oob".
METRICS = tuple(f"{rows}:{name}" for rows in ("train", "validation", "oob") for name in objectives.METRICS)
CRITERIA = {
    "classification": ("gini", "entropy", "log_loss"),
    "regression": ("squared_error", "absolute_error", "poisson"),
}

# Of several hosts, all grow trees, of rows that the first one holds: it needs memory for them all.
DISTRIBUTED = True


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, score the channel `validation` if there is one, save the model and a report.

    Raises InputError for data from which the objective cannot be learnt.
    """
    objectives.refuse_others("criterion", hyperparameters.criterion, hyperparameters.objective, CRITERIA)
    read = forest_hosts.read(job, hyperparameters.categories or None)
    if not job.leads:
        forest_hosts.grow(job)
        return
    labels, rows = read["train"]
    labels = objectives.learnt(hyperparameters.objective, labels, "training", hyperparameters.max_labels)
    features = columns.of_records(rows)
    read["train"] = labels, rows
    if "validation" in read:
        truth, more = read["validation"]
        truth = objectives.as_learnt(truth, labels, "validation")
        read["validation"] = truth, columns.as_trained(more, rows, "validation")
    print(f"training on {len(labels)} rows of {len(rows.dtype)} features", flush=True)

    model = forest_model.pipeline(forest(hyperparameters, labels), rows.dtype)
    forest_model.fit(job, model, rows, labels)
    judged = {name: (actual, forest_model.answers(model, seen)) for name, (actual, seen) in read.items()}
    judged |= forest_model.out_of_bag(model[-1], labels)
    for name, (actual, answers) in judged.items():
        for metric, value in objectives.scores(actual, forest_model.predicted(model[-1], answers)).items():
            job.metric(f"{name}:{metric}", value)

    job.save(forest_onnx.export(model, rows.dtype), Signature(features, forest_model.known(model[-1])))
    forest_report.write(job, hyperparameters, model, rows, labels, judged)


def forest(hyperparameters: Hyperparameters, labels: np.ndarray) -> Forest:
    """The forest that is to learn `labels` (rows; float64 if they are numbers)."""
    if hyperparameters.criterion == "poisson":
        objectives.refuse_counts(labels, "training", "criterion poisson")
    kind = RandomForestRegressor if hyperparameters.objective == "regression" else RandomForestClassifier
    # scikit-learn is given what it knows by the same name; what is None is left to it.
    known = kind().get_params()
    told = {name: value for name, value in hyperparameters if name in known and value is not None}
    return kind(**told, bootstrap=True, oob_score=True, n_jobs=cpus.available())
