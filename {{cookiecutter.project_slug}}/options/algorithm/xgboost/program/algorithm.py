"""The algorithm: gradient boosted trees by XGBoost. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, checkpoints, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Any, Literal

import xgboost
from pydantic import Field

import boost_model
import boost_network
from byoc.boosting import dataset, training_report
from byoc.boosting.dataset import Data
from byoc.boosting.objectives import Kind, Objective
from byoc.boosting.rounds import best_round, boost
from byoc.channels.chosen import ChosenColumns
from byoc.hosts import devices
from byoc.serving import gpu
from byoc.training import environment
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set, by XGBoost's names and with its defaults; the ranges are those worth tuning."""

    objective: Literal[
        "auto", "binary:logistic", "multi:softprob", "reg:squarederror", "reg:absoluteerror", "count:poisson"
    ] = Field("auto", description="the loss: for two labels, several, a number, or a count; auto is one for labels")
    num_round: Annotated[int, Tunable(10, 1000, "Logarithmic")] = Field(
        100, ge=1, description="maximum number of boosting rounds; each adds a tree, or one for each of several labels"
    )
    early_stopping_rounds: int | None = Field(
        10,
        ge=1,
        description="early stopping after this many rounds without improvement; needs the channel validation",
    )
    eta: Annotated[float, Tunable(0.01, 0.5, "Logarithmic")] = Field(
        0.3, gt=0, le=1, description="learning rate; a lower one needs more rounds"
    )
    max_depth: Annotated[int, Tunable(1, 10)] = Field(
        6, ge=0, le=30, description="maximum depth of a tree; 0 is no limit"
    )
    min_child_weight: Annotated[float, Tunable(0.1, 100.0, "Logarithmic")] = Field(
        1, ge=0, allow_inf_nan=False, description="minimum sum of weights (hessians) in a leaf"
    )
    subsample: Annotated[float, Tunable(0.5, 1.0)] = Field(
        1, gt=0, le=1, description="share of the rows sampled in each round"
    )
    colsample_bytree: Annotated[float, Tunable(0.5, 1.0)] = Field(
        1, gt=0, le=1, description="share of the columns sampled for each tree"
    )
    reg_lambda: Annotated[float, Tunable(0.001, 1000.0, "Logarithmic")] = Field(
        1, ge=0, allow_inf_nan=False, description="L2 regularization of the leaves; XGBoost's lambda"
    )
    reg_alpha: Annotated[float, Tunable(0.0, 100.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="L1 regularization of the leaves; XGBoost's alpha"
    )
    gamma: Annotated[float, Tunable(0.0, 5.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="minimum gain for a split"
    )
    seed: int = Field(0, ge=0, lt=2**30, description="random seed: the rows and columns of each tree")


DISTRIBUTED = True  # over several hosts, by XGBoost's own network

OBJECTIVES = (
    Objective("binary:logistic", Kind.TWO_LABELS, "logloss"),
    Objective("multi:softprob", Kind.LABELS, "mlogloss"),
    Objective("reg:squarederror", Kind.NUMBER, "rmse"),
    Objective("reg:absoluteerror", Kind.NUMBER, "mae"),
    Objective("count:poisson", Kind.COUNT, "poisson-nloglik"),
)
NAMES = ("logloss", "mlogloss", "accuracy", "rmse", "mae", "poisson-nloglik")
METRICS = tuple(f"{channel}:{name}" for channel in ("train", "validation") for name in NAMES)
METRICS += ("held_out:accuracy", "held_out:rmse", "held_out:mae")  # without the channel validation
# The hyperparameters that `xgboost.Booster` is told. One of XGBoost's that you add belongs here, too; others are yours.
TOLD = {"eta", "max_depth", "min_child_weight", "subsample", "colsample_bytree", "reg_lambda", "reg_alpha", "gamma"}
TOLD |= {"seed"}


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, watch the channel `validation` if there is one, save the model and a report.

    Raises InputError for data from which the objective cannot be learnt.
    """
    data = dataset.read(job, OBJECTIVES, hyperparameters.objective)
    limits = hyperparameters.num_round, hyperparameters.early_stopping_rounds
    with boost_network.joined(job):
        told = parameters(hyperparameters, data) | {"device": device(job)}
        rounds = boost_model.Rounds(told, data.channels)
        history = boost(job, rounds, data.origin, data.objective.loss, *limits)
        model = rounds.first(best_round(history))
    predicted = {name: boost_model.predict(model, channel.matrix) for name, channel in data.channels.items()}
    training_report.tell_metrics(job, data, history, predicted)

    job.save(boost_model.export(model, data.objective.kind, data.signature), data.signature)
    held = training_report.held_out_rows(
        job, data, best_round(history), lambda part: boost_model.Rounds(told, part.channels), boost_model.predict
    )
    gains = boost_model.importance(model, data.signature)
    training_report.write(job, hyperparameters, data, history, predicted, gains, held)


def parameters(hyperparameters: Hyperparameters, data: Data) -> dict[str, Any]:
    """What `xgboost.Booster` is told."""
    told = {"objective": data.objective.name, "eval_metric": data.objective.loss, "nthread": data.threads}
    several = {"num_class": len(data.known)} if data.objective.kind is Kind.LABELS else {}
    return hyperparameters.model_dump(include=TOLD) | told | several


def device(job: Job) -> str:
    """On what XGBoost trains; the package xgboost-cpu knows CPUs alone, which is all that most jobs need."""
    found = environment.gpus() if gpu.has_driver() else 0
    if xgboost.build_info()["USE_CUDA"]:
        return "cuda" if devices.on_gpu(job.collectives, job.cluster.current_host, ["a GPU"] * found) else "cpu"
    if found:
        print("training on CPUs: xgboost-cpu has no GPU support; name xgboost in requirements/algorithm.in", flush=True)
    return "cpu"
