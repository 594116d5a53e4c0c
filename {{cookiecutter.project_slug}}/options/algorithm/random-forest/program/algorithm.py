"""The algorithm: a scikit-learn random forest on numbers and categories. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Literal

from pydantic import Field
from sklearn.ensemble import RandomForestClassifier

import forest_hosts
import forest_model
import forest_report
from byoc import cpus
from byoc.channels import columns, targets
from byoc.channels.chosen import ChosenColumns
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    categories: list[str] = Field(
        [], description="the columns that hold text; by default those whose first value is no number"
    )
    n_estimators: Annotated[int, Tunable(10, 500, "Logarithmic")] = Field(
        100, ge=1, le=10_000, description="how many trees vote"
    )
    criterion: Annotated[Literal["gini", "entropy", "log_loss"], Tunable()] = Field(
        "gini", description="how a split's quality is measured"
    )
    max_features: Annotated[Literal["sqrt", "log2"], Tunable()] = Field(
        "sqrt", description="how many of the features each split may choose from"
    )
    max_depth: Annotated[int | None, Tunable(1, 32)] = Field(
        None, ge=1, description="the most splits above a leaf; no limit by default"
    )
    min_samples_leaf: Annotated[int, Tunable(1, 64, "Logarithmic")] = Field(
        1, ge=1, description="the fewest rows that a leaf may hold"
    )
    random_state: int = Field(0, ge=0, lt=2**32, description="decides which rows and features each tree sees")


# What `train` prints, for a tuning job to find. Each row is also scored by the trees that did not see it: "oob".
METRICS = ("train:accuracy", "validation:accuracy", "oob:accuracy")

# Of several hosts, all grow trees, of rows that the first one holds: it needs memory for them all.
DISTRIBUTED = True


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, score the channel `validation` if there is one, save the model and a report.

    Raises InputError for data that no classifier can be trained on.
    """
    read = forest_hosts.read(job, hyperparameters.categories or None)
    if not job.leads:
        forest_hosts.grow(job)
        return
    labels, rows = read["train"]
    known = targets.classes(labels)
    targets.check_count(known, len(labels))
    signature = Signature(columns.of_records(rows), tuple(known.tolist()))
    if "validation" in read:
        truth, more = read["validation"]
        read["validation"] = truth, columns.as_trained(more, rows, "validation")
    print(f"training on {len(labels)} rows of {len(rows.dtype)} features", flush=True)

    model = forest_model.pipeline(forest(hyperparameters), rows.dtype)
    forest_model.fit(job, model, rows, labels)
    judged = {name: (actual, model.predict_proba(forest_model.table(seen))) for name, (actual, seen) in read.items()}
    judged |= forest_model.out_of_bag(model[-1], labels)
    for name, (actual, probabilities) in judged.items():
        job.metric(f"{name}:accuracy", targets.accuracy(actual, known[probabilities.argmax(axis=1)]))

    job.save(forest_model.export(model, rows.dtype), signature)
    forest_report.write(job, hyperparameters, model, rows, labels, judged)


def forest(hyperparameters: Hyperparameters) -> RandomForestClassifier:
    """The forest before it grows."""
    known = set(RandomForestClassifier().get_params())  # to scikit-learn; hyperparameters by other names are yours
    settings = {"bootstrap": True, "oob_score": True, "n_jobs": cpus.available()}
    return RandomForestClassifier(**settings | hyperparameters.model_dump(include=known))
