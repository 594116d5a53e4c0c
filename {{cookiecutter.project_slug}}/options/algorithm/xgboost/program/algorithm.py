"""The algorithm: gradient boosted trees by XGBoost. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, checkpoints, failures, saving) is in `byoc/`. Serving needs no
code here, because the model leaves as ONNX. To serve something else, define `model_fn`, `predict_fn` and, if need be,
`input_fn` and `output_fn` here, and `predictor.py` will use them.
"""

from typing import Annotated, Literal

import numpy as np
import xgboost
from pydantic import BaseModel, Field

import boost_report
from boost_onnx import export
from boosting import boost, parameters
from byoc import columns, targets
from byoc.errors import InputError
from byoc.hyperparameters import Tunable
from byoc.job import Job
from byoc.signature import Signature

Objective = Literal["binary:logistic", "multi:softprob", "reg:squarederror", "reg:absoluteerror", "count:poisson"]


class Hyperparameters(BaseModel):
    """What a training job can set, by XGBoost's names and with its defaults; the ranges are those worth tuning."""

    objective: Objective = Field(
        "binary:logistic", description="what is learnt: one of two labels, of several, a number, or a count"
    )
    num_round: Annotated[int, Tunable(10, 1000, "Logarithmic")] = Field(
        100, ge=1, description="the most rounds; each adds a tree, or one for each of several labels"
    )
    early_stopping_rounds: int | None = Field(
        10, ge=1, description="ends after so many rounds that made nothing better; needs the channel validation"
    )
    eta: Annotated[float, Tunable(0.01, 0.5, "Logarithmic")] = Field(
        0.3, gt=0, le=1, description="the share of each tree that is taken; less needs more rounds"
    )
    max_depth: Annotated[int, Tunable(1, 10)] = Field(
        6, ge=0, le=30, description="the most splits above a leaf; 0 is no limit"
    )
    min_child_weight: Annotated[float, Tunable(0.1, 100.0, "Logarithmic")] = Field(
        1, ge=0, allow_inf_nan=False, description="the least sum of weights (hessians) that a leaf may hold"
    )
    subsample: Annotated[float, Tunable(0.5, 1.0)] = Field(
        1, gt=0, le=1, description="the share of rows that each round sees"
    )
    colsample_bytree: Annotated[float, Tunable(0.5, 1.0)] = Field(
        1, gt=0, le=1, description="the share of columns that each tree sees"
    )
    reg_lambda: Annotated[float, Tunable(0.001, 1000.0, "Logarithmic")] = Field(
        1, ge=0, allow_inf_nan=False, description="L2 regularization of the leaves; XGBoost's lambda"
    )
    reg_alpha: Annotated[float, Tunable(0.0, 100.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="L1 regularization of the leaves; XGBoost's alpha"
    )
    gamma: Annotated[float, Tunable(0.0, 5.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="the least gain for which a leaf is split"
    )
    seed: int = Field(0, ge=0, lt=2**30, description="decides which rows and columns a tree sees")
    feature_names: list[str] | None = Field(None, description="the columns after the label; feature_1, … by default")


# The metric that each objective is watched by, from round to round, and what the model that is saved is scored by.
WATCHED = {
    "binary:logistic": "logloss",
    "multi:softprob": "mlogloss",
    "reg:squarederror": "rmse",
    "reg:absoluteerror": "mae",
    "count:poisson": "poisson-nloglik",
}
NAMES = ("logloss", "mlogloss", "accuracy", "rmse", "mae", "poisson-nloglik")
METRICS = tuple(f"{channel}:{name}" for channel in ("train", "validation") for name in NAMES)


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, watch the channel `validation` if there is one, save the model and a report.

    Raises InputError for data from which the objective cannot be learnt.
    """
    read = {name: job.channel(name).read_labelled() for name in ("training", "validation") if name in job.channels}
    labels, features = read["training"] if "training" in read else job.channel("training").read_labelled()
    names = columns.names(hyperparameters.feature_names, features.shape[1])
    known = known_labels(hyperparameters.objective, labels)
    data = {}
    for channel, (given, rows) in read.items():
        if rows.shape[1] != len(names):
            raise InputError(f"channel {channel!r} has {rows.shape[1]} features, but training has {len(names)}")
        data[channel] = xgboost.DMatrix(rows, learnt(hyperparameters.objective, given, known, channel))
    print(f"training on {len(labels)} rows of {len(names)} features", flush=True)

    metric = WATCHED[hyperparameters.objective]
    told = parameters(hyperparameters, metric, 0 if known is None else len(known))
    model, history = boost(job, told, data, hyperparameters.num_round, hyperparameters.early_stopping_rounds)
    for channel in data:
        for name, value in scores(model, data[channel], metric, known is not None).items():
            job.metric(f"{'train' if channel == 'training' else channel}:{name}", value)

    told_apart = () if known is None else tuple(known.tolist())
    job.save(export(model, told_apart), Signature(columns.of_numbers(names, features), told_apart))
    channel = "validation" if "validation" in data else "training"
    boost_report.write(job, hyperparameters, model, names, history, known, (channel, *read[channel]))


def known_labels(objective: str, labels: np.ndarray) -> np.ndarray | None:
    """The labels to tell apart, in order; None if the objective is to learn a number."""
    if not objective.startswith(("binary:", "multi:")):
        return None
    known = targets.classes(labels)
    if objective == "binary:logistic" and len(known) > 2:
        raise InputError(
            f"hyperparameter objective = 'binary:logistic' tells two labels apart, but there are {len(known)}; "
            "use multi:softprob, or reg:squarederror if they are quantities"
        )
    return known


def learnt(objective: str, labels: np.ndarray, known: np.ndarray | None, channel: str) -> np.ndarray:
    """What XGBoost is to learn of each row: the place of its label among those `known`, or the number itself."""
    if known is not None:
        return targets.codes(labels, known, channel)
    values = targets.numbers(labels, channel)
    if objective == "count:poisson" and values.min() < 0:
        raise InputError(f"channel {channel!r} has the label {values.min():g}: count:poisson needs 0 or more")
    return values


def scores(model: xgboost.Booster, data: xgboost.DMatrix, metric: str, classifies: bool) -> dict[str, float]:
    """What the model comes to: the metric that it was watched by, and those that people know."""
    watched = {metric: float(model.eval(data).rsplit(":", 1)[1])}
    predicted, actual = model.predict(data), data.get_label()
    if classifies:
        places = predicted.argmax(axis=1) if predicted.ndim == 2 else predicted > 0.5
        return watched | {"accuracy": float((places == actual).mean())}
    off = predicted.astype(np.float64) - actual
    return watched | {"rmse": float(np.sqrt((off**2).mean())), "mae": float(np.abs(off).mean())}
