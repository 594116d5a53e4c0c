"""The algorithm: the least that trains and serves. Each part stands where yours goes; make this file your own.

SageMaker's side of the work (channels, hyperparameters, failures, saving) is in `byoc/`. What serves the model is
`predictor.py`.

In the place of yours stands linear discriminant analysis in NumPy: every label's rows are taken to spread alike
around a mean of their own. T. Hastie et al., The Elements of Statistical Learning, 4.3.
"""

import io
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from byoc.channels import columns, objectives, targets
from byoc.channels.chosen import ChosenColumns
from byoc.reports import classification, data_tables, held_out, report
from byoc.signature import Signature
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job
from predictor import MODEL, score


class Hyperparameters(ChosenColumns):
    """What a training job can set. SageMaker hands every value over as text; the types say what becomes of it."""

    # Yours: a line each. Without a default, a job has to set it; with Tunable, a tuning job may vary it.
    shrinkage: Annotated[float, Tunable(0.0001, 1.0, "Logarithmic")] = Field(
        0.01, gt=0, le=1, description="shrinkage of the covariance towards its diagonal; more helps where rows are few"
    )
    feature_names: list[str] | None = Field(
        None, description="the names of the features; by default the header's, or feature_1, …"
    )


# What `train` prints, for a tuning job to find: "held_out" without the channel validation, else "validation".
METRICS = ("train:accuracy", "validation:accuracy", "held_out:accuracy")


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, score the channel `validation` if there is one, save the model and a report.

    Raises InputError for data that no classifier can be trained on.
    """
    # Your data, if it is no CSV or Parquet of a label and numbers: job.channel("training").files(), or read_records.
    named, labels, features = job.channel("training").read_named()
    objectives.refuse_numbers(labels, "program/algorithm.py", f"learn numbers there, {objectives.OR_TEXT}")
    known = targets.classes(labels)
    targets.check_count(known, len(labels), most=hyperparameters.max_labels)
    names = columns.names(hyperparameters.feature_names or named, features.shape[1])
    print(f"training on {len(labels)} rows of {len(names)} features", flush=True)

    # Your training. Where it takes long: byoc/training/progress.py, job.checkpoints and job.stopping.
    codes = targets.codes(labels, known, "training")
    model = fit(features, codes, hyperparameters.shrinkage)

    channel, rows, probabilities = "training", features, score(model, features)
    job.metric("train:accuracy", accuracy(probabilities, codes))
    if "validation" in job.channels:
        channel = "validation"
        labels, rows = job.channel(channel).read_labelled(trained=len(names), names=named)
        codes, probabilities = targets.codes(labels, known, channel), score(model, rows)
        job.metric("validation:accuracy", accuracy(probabilities, codes))

    # Your model's bytes, in whatever form model_fn reads. If they are several files, write them into job.paths.model,
    # and say job.saved = True.
    content = io.BytesIO()
    np.savez(content, **model)
    job.save(content.getvalue(), Signature(columns.of_numbers(names, features), tuple(known.tolist())), MODEL)

    # Your honest score: without the channel validation, of rows that were held out of further trainings.
    def answers(trained: np.ndarray, held: np.ndarray) -> np.ndarray:
        return score(fit(features[trained], codes[trained], hyperparameters.shrinkage), features[held])

    if held := held_out.judge(job, labels, answers, features.size * len(known)):
        channel, rows, codes, probabilities = "held-out", features[held.rows], codes[held.rows], held.answers
        job.metric("held_out:accuracy", accuracy(probabilities, codes))

    report.write(job, "Linear discriminants", hyperparameters, parts(channel, names, rows, known, codes, probabilities))


def parts(
    data: str, names: list[str], rows: np.ndarray, known: np.ndarray, codes: np.ndarray, probabilities: np.ndarray
) -> Iterator[report.Part]:
    """Your report: these parts, others by report.Picture and report.Table, or none at all."""
    yield from classification.judged(data, known, known[codes], probabilities)
    yield from data_tables.about(data, known[codes], dict(zip(names, rows.T, strict=True)))


def fit(features: np.ndarray, codes: np.ndarray, shrinkage: float) -> dict[str, np.ndarray]:
    """What `score` needs, from rows (n, m) and the place of each row's label."""
    features = features.astype(np.float64)
    scale = features.std(axis=0)
    scale[scale == 0] = 1  # a constant column tells nothing, and does no harm
    rows = features / scale
    counts = np.bincount(codes)
    means = np.array([rows[codes == code].mean(axis=0) for code in range(len(counts))])
    spread = (rows - means[codes]).T @ (rows - means[codes]) / len(rows)
    unrelated = (np.trace(spread) / len(spread) or 1.0) * np.eye(len(spread))
    weights = np.linalg.solve((1 - shrinkage) * spread + shrinkage * unrelated, means.T)
    bias = np.log(counts / counts.sum()) - (means.T * weights).sum(axis=0) / 2
    return {"weights": weights / scale[:, None], "bias": bias}


def accuracy(probabilities: np.ndarray, codes: np.ndarray) -> float:
    return float((probabilities.argmax(axis=1) == codes).mean())
