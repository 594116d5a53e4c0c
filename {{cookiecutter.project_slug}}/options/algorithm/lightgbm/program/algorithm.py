"""The algorithm: gradient boosted trees by LightGBM. This is the file to make your own.

SageMaker's side of the work (channels, hyperparameters, checkpoints, failures, saving) is in `byoc/`. The model
leaves as ONNX, which `byoc/` serves. To serve something else, write SageMaker's handlers in `predictor.py`.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

import boost_model
import boost_network
import boost_onnx
from byoc.boosting import dataset, training_report
from byoc.boosting.dataset import Data
from byoc.boosting.objectives import Kind, Objective
from byoc.boosting.rounds import best_round, boost
from byoc.channels.chosen import ChosenColumns
from byoc.training.hyperparameters import Tunable
from byoc.training.job import Job


class Hyperparameters(ChosenColumns):
    """What a training job can set, by LightGBM's names and with its defaults; the ranges are those worth tuning."""

    objective: Literal["auto", "binary", "multiclass", "regression", "regression_l1", "poisson"] = Field(
        "auto", description="the loss: for two labels, several, a number, or a count; auto is one for labels"
    )
    categories: list[str] = Field(
        [], description="the columns that hold text; by default those whose first value is no number"
    )
    num_iterations: Annotated[int, Tunable(10, 1000, "Logarithmic")] = Field(
        100, ge=1, description="maximum number of boosting rounds; each adds a tree, or one for each of several labels"
    )
    early_stopping_round: int | None = Field(
        10,
        ge=1,
        description="early stopping after this many rounds without improvement; needs the channel validation",
    )
    learning_rate: Annotated[float, Tunable(0.01, 0.5, "Logarithmic")] = Field(
        0.1, gt=0, le=1, description="learning rate; a lower one needs more rounds"
    )
    num_leaves: Annotated[int, Tunable(4, 256, "Logarithmic")] = Field(
        31, ge=2, le=131072, description="maximum number of leaves of a tree"
    )
    max_depth: Annotated[int, Tunable(2, 12)] = Field(-1, ge=-1, description="maximum depth of a tree; -1 is no limit")
    min_data_in_leaf: Annotated[int, Tunable(1, 200, "Logarithmic")] = Field(
        20, ge=0, description="minimum number of rows in a leaf"
    )
    bagging_fraction: Annotated[float, Tunable(0.5, 1.0)] = Field(
        1, gt=0, le=1, description="share of the rows sampled in each round; bagging_freq is 1"
    )
    feature_fraction: Annotated[float, Tunable(0.5, 1.0)] = Field(
        1, gt=0, le=1, description="share of the columns sampled for each tree"
    )
    lambda_l1: Annotated[float, Tunable(0.0, 100.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="L1 regularization of the leaves"
    )
    lambda_l2: Annotated[float, Tunable(0.0, 100.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="L2 regularization of the leaves"
    )
    min_gain_to_split: Annotated[float, Tunable(0.0, 5.0)] = Field(
        0, ge=0, allow_inf_nan=False, description="minimum gain for a split"
    )
    cat_smooth: Annotated[float, Tunable(0.0, 100.0)] = Field(
        10, ge=0, allow_inf_nan=False, description="smoothing of categories with few rows"
    )
    min_data_per_group: Annotated[int, Tunable(1, 200, "Logarithmic")] = Field(
        100, ge=1, description="minimum rows of the categories on one side of a split"
    )
    seed: int = Field(0, ge=0, lt=2**30, description="random seed: the rows and columns of each tree")


DISTRIBUTED = True  # over several hosts, by LightGBM's own network

# What each objective is for, and the metric by which it is watched from round to round.
OBJECTIVES = (
    Objective("binary", Kind.TWO_LABELS, "binary_logloss"),
    Objective("multiclass", Kind.LABELS, "multi_logloss"),
    Objective("regression", Kind.NUMBER, "rmse"),
    Objective("regression_l1", Kind.NUMBER, "l1"),
    Objective("poisson", Kind.COUNT, "poisson"),
)
NAMES = ("binary_logloss", "multi_logloss", "accuracy", "rmse", "l1", "mae", "poisson")
METRICS = tuple(f"{channel}:{name}" for channel in ("train", "validation") for name in NAMES)
METRICS += ("held_out:accuracy", "held_out:rmse", "held_out:mae")  # without the channel validation
# The hyperparameters that LightGBM is told. One of LightGBM's that you add belongs here, too; others are yours.
TOLD = {"learning_rate", "num_leaves", "max_depth", "min_data_in_leaf", "bagging_fraction", "feature_fraction"}
TOLD |= {"lambda_l1", "lambda_l2", "min_gain_to_split", "cat_smooth", "min_data_per_group", "seed"}


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    """Train on the channel `training`, watch the channel `validation` if there is one, save the model and a report.

    Raises InputError for data from which the objective cannot be learnt.
    """
    categories = hyperparameters.categories or None
    data = dataset.read(job, OBJECTIVES, hyperparameters.objective, categories)
    limits = hyperparameters.num_iterations, hyperparameters.early_stopping_round
    with boost_network.joined(job, parameters(hyperparameters, data), data) as (told, bins):
        rounds = boost_model.Rounds(told, data, job.collectives, bins)
        history = boost(job, rounds, data.origin, data.objective.loss, *limits)
        model = rounds.first(best_round(history))
    predicted = {name: boost_model.predict(model, channel.matrix) for name, channel in data.channels.items()}
    training_report.tell_metrics(job, data, history, predicted)

    job.save(boost_onnx.export(model, data.objective.kind, data.signature), data.signature)
    held = training_report.held_out_rows(
        job,
        data,
        best_round(history),
        lambda part: boost_model.Rounds(told, part, job.collectives, None),
        boost_model.predict,
    )
    gains = boost_model.importance(model, data.signature)
    training_report.write(job, hyperparameters, data, history, predicted, gains, held)


def parameters(hyperparameters: Hyperparameters, data: Data) -> dict[str, Any]:
    """What LightGBM is told. Its sums are to come out alike on any number of CPUs."""
    told = {"objective": data.objective.name, "metric": data.objective.loss, "num_threads": data.threads}
    told |= {"verbosity": -1, "bagging_freq": 1}
    alike = {"deterministic": True, "force_row_wise": True}
    several = {"num_class": len(data.known)} if data.objective.kind is Kind.LABELS else {}
    return hyperparameters.model_dump(include=TOLD) | told | alike | several
