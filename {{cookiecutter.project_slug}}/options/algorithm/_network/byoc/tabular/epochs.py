"""The epochs of a training: metrics of each, the best one, early stopping."""

import math
import textwrap
from collections.abc import Iterator, Mapping

from byoc.errors import InputError
from byoc.training.job import Job
from byoc.training.progress import Progress

History = dict[str, list[float]]  # each metric after each epoch
WATCHED = "validation:loss"


class Epochs:
    """Counts from 1 up to `total`, on all hosts alike: `for epoch in epochs: … epochs.tell({"train:loss": …})`.

    Ends early if the job is to stop, or after `patience` epochs in a row in which the loss on the channel `validation`
    was not the least so far. `history` is that of the epochs which were done before, in a job that goes on from a
    checkpoint. The first epoch is always done, so that a job which is stopped leaves a model that can be used.
    """

    def __init__(self, job: Job, total: int, patience: int | None, history: History | None = None):
        self.history: History = history or {}
        self._job = job
        self._total = total
        self._patience = patience

    @property
    def done(self) -> int:
        return max(map(len, self.history.values()), default=0)

    @property
    def best(self) -> int:
        """The epoch whose model is the one to keep: of the least loss on `validation`, or else the last."""
        watched = self.history.get(WATCHED)
        return 1 + watched.index(min(watched)) if watched else self.done

    def __iter__(self) -> Iterator[int]:
        self._progress = Progress("epoch", self._total, self.done)
        while self.done == 0 or not (self.done >= self._total or self._in_vain or self._stopping):
            yield self.done + 1
        self._progress.end()
        print(f"the model is that of epoch {self.best} of {self.done}", flush=True)

    def tell(self, metrics: Mapping[str, float]) -> bool:
        """Take down what an epoch came to; whether its model is the best so far. Raises InputError if it diverged."""
        epoch = self.done + 1
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise InputError(f"{name} is {value} after epoch {epoch}: it diverges; use a lower learning rate")
            self.history.setdefault(name, []).append(value)
        self._progress.step(epoch, metrics if self._job.leads else {})  # as job.metric: logs of all hosts are searched
        return self.best == epoch

    @property
    def _stopping(self) -> bool:
        """Whether any host is to stop: then all do, after the same epoch."""
        return self._job.collectives.any(self._job.stopping)

    @property
    def _in_vain(self) -> bool:
        return bool(self._patience and WATCHED in self.history) and self.done - self.best >= self._patience


def refuse_another(found: Mapping[str, str], expected: Mapping[str, str], job: Job) -> None:
    """Raise InputError if a checkpoint, by what it says of itself, cannot be one of this job."""
    for name, value in expected.items():
        if found.get(name) != value:
            raise InputError(
                f"the checkpoint in {job.checkpoints.folder} is of another job: its {name} is "
                f"{_short(found.get(name))}, but here it is {_short(value)}; give this job a folder of its own"
            )


def _short(told: str | None) -> str:
    """A FailureReason has room for 1,024 characters."""
    return textwrap.shorten(str(told), 300, placeholder="…")
