"""Rounds of boosting: watched, ended early, and gone on with after the machine was taken away, to the same model."""

import json
from typing import Any

import xgboost
from pydantic import BaseModel

from byoc import cpus
from byoc.errors import InputError
from byoc.job import Job
from byoc.progress import Progress

CHECKPOINT_ROUNDS = 10
OURS = {"num_round", "early_stopping_rounds", "feature_names"}  # the hyperparameters that XGBoost does not know
History = dict[str, list[float]]  # the metric after each round, by channel


def parameters(hyperparameters: BaseModel, metric: str, labels: int) -> dict[str, Any]:
    """What XGBoost is told, for so many labels."""
    several = {"num_class": labels} if hyperparameters.objective.startswith("multi:") else {}
    told = hyperparameters.model_dump(exclude=OURS)
    return told | several | {"eval_metric": metric, "nthread": cpus.available()}


def boost(
    job: Job, told: dict[str, Any], data: dict[str, xgboost.DMatrix], rounds: int, patience: int | None
) -> tuple[xgboost.Booster, History]:
    """The model of the best round by the channel `validation`, or of the last where there is none, and the history.

    Every CHECKPOINT_ROUNDS, the booster is made anew from its own bytes, whether or not somebody keeps them. Its random
    numbers, which those do not hold, then begin from that round's own seed. So a job that goes on from a checkpoint
    sees the same ones as a job that was never interrupted, and comes to the same model (C-04).
    """
    done, content = job.checkpoints.latest() or (0, b"")
    history: History = {channel: [] for channel in data}
    booster = _renewed(told, data, done, content)
    if content:
        history = _history(booster, data, job)
    progress = Progress("round", rounds, done)
    # One round at least, so that a job which is stopped leaves a model that can be used.
    while done == 0 or (done < rounds and not _ended(history, patience) and not job.stopping):
        booster.update(data["training"], done)
        told_scores = booster.eval_set([(matrix, channel) for channel, matrix in data.items()], done)
        for score, channel in zip(told_scores.split("\t")[1:], data, strict=True):
            history[channel].append(float(score.rsplit(":", 1)[1]))
        done += 1
        progress.step(done, _metrics(told["eval_metric"], history))
        if done % CHECKPOINT_ROUNDS == 0:
            booster.set_attr(history=json.dumps(history))
            content = bytes(booster.save_raw())
            job.checkpoints.save(done, content)
            booster = _renewed(told, data, done, content)
    progress.end()
    best = best_round(history)
    print(f"the model is that of round {best} of {done}", flush=True)
    return booster[:best], history


def best_round(history: History) -> int:
    """The round, counted from 1, after which the metric was least."""
    watched = history.get("validation")
    return 1 + watched.index(min(watched)) if watched else len(history["training"])


def _ended(history: History, patience: int | None) -> bool:
    """Whether so many rounds, one after the other, were none better than the best before."""
    return bool(patience and "validation" in history) and len(history["validation"]) - best_round(history) >= patience


def _renewed(told: dict[str, Any], data: dict[str, xgboost.DMatrix], done: int, content: bytes) -> xgboost.Booster:
    own_seed = {**told, "seed": told["seed"] + done}
    return xgboost.Booster(own_seed, list(data.values()), model_file=bytearray(content) if content else None)


def _history(booster: xgboost.Booster, data: dict[str, xgboost.DMatrix], job: Job) -> History:
    """The history in a checkpoint; raises InputError if it cannot be one of this job."""
    history = json.loads(booster.attr("history") or "{}")
    features = data["training"].num_col()
    if booster.num_features() != features or history.keys() != data.keys():
        raise InputError(
            f"the checkpoint in {job.checkpoints.folder} is of {booster.num_features()} features and the channels "
            f"{', '.join(history)}, but this job has {features} and {', '.join(data)}; give it a folder of its own"
        )
    return history


def _metrics(metric: str, history: History) -> dict[str, float]:
    names = {"training": "train"}
    return {f"{names.get(channel, channel)}:{metric}": values[-1] for channel, values in history.items()}
