"""The boosting loop: progress, early stopping, checkpoints; a resumed job ends with the same model."""

import json
import textwrap
from typing import Any, Protocol

from byoc.errors import InputError
from byoc.training.job import Job
from byoc.training.progress import Progress
from byoc.training.stopping import undisturbed

TRAINING, VALIDATION = "training", "validation"
PREFIX = {TRAINING: "train", VALIDATION: "validation"}  # of a channel's metrics
ROUNDS_BETWEEN = 10  # checkpoints at first; of many rounds, a fifth, as each costs a prediction of all rows
FIFTH = 5
History = dict[str, list[float]]  # the loss after each round, by channel


class Booster(Protocol):
    """What a framework does for `boost`."""

    def add(self, done: int) -> bool:
        """One more round, after `done` ones; whether there was anything to add."""

    def losses(self) -> dict[str, float]:
        """What the rounds so far come to, by channel, on the rows of all hosts."""

    def content(self) -> bytes:
        """The rounds so far."""

    def first(self, rounds: int) -> Any:
        """The model of so many rounds."""

    def renew(self, done: int, content: bytes) -> None:
        """Go on from what `content` gave after `done` rounds, with random numbers that follow from `done` alone."""


def boost(
    job: Job, booster: Booster, origin: dict[str, Any], metric: str, rounds: int, patience: int | None
) -> History:
    """Add rounds until there are so many, or the last `patience` of them were no better by VALIDATION, or none is left.

    `origin` tells, in JSON, what a checkpoint must be of. At each checkpoint the booster is renewed, whether or not
    somebody keeps it. So a job that goes on from one draws the same random numbers as a job that was never
    interrupted, and comes to the same model (C-04).
    """
    done, history = _resumed(job, booster, origin)
    due = _next_checkpoint(done)
    progress = Progress("round", rounds, done)
    # One round at least, so that a job which is stopped leaves a model that can be used.
    while done == 0 or (done < rounds and not _ended(history, patience) and not job.collectives.any(job.stopping)):
        with undisturbed():
            losses = booster.losses() if booster.add(done) else None
        if losses is None:
            print("no tree can be added that fits better", flush=True)
            break
        for channel, loss in losses.items():
            history.setdefault(channel, []).append(loss)
        done += 1
        told = {f"{PREFIX[channel]}:{metric}": loss for channel, loss in losses.items()}
        progress.step(done, told if job.leads else {})  # the logs of all hosts are searched
        if done == due:
            content = booster.content()
            about = json.dumps({"origin": origin, "history": history}).encode()
            job.checkpoints.save(done, about + b"\n" + content)
            booster.renew(done, content)
            due = _next_checkpoint(done)
    progress.end()
    print(f"the model is that of round {best_round(history)} of {done}", flush=True)
    return history


def best_round(history: History) -> int:
    """The round, counted from 1, after which the loss was least by VALIDATION; without that, the last."""
    watched = history.get(VALIDATION)
    return 1 + watched.index(min(watched)) if watched else len(history[TRAINING])


def _ended(history: History, patience: int | None) -> bool:
    return bool(patience and VALIDATION in history) and len(history[VALIDATION]) - best_round(history) >= patience


def _next_checkpoint(done: int) -> int:
    return done + max(ROUNDS_BETWEEN, done // FIFTH)


def _resumed(job: Job, booster: Booster, origin: dict[str, Any]) -> tuple[int, History]:
    """How many rounds are done, and their history; raises InputError for a checkpoint of another origin."""
    done, saved = job.checkpoints.latest() or (0, b"")
    if not done:
        return 0, {}
    about, _, content = saved.partition(b"\n")
    told = json.loads(about)
    for name, value in origin.items():
        found = told["origin"].get(name)
        if found != value:
            raise InputError(
                f"the checkpoint in {job.checkpoints.folder} is of {name} {_short(found)}, but this job has "
                f"{_short(value)}; give it a folder of its own"
            )
    booster.renew(done, content)
    return done, told["history"]


def _short(value: Any) -> str:
    """A FailureReason has room for 1,024 characters."""
    return textwrap.shorten(str(value), 300, placeholder="…")
