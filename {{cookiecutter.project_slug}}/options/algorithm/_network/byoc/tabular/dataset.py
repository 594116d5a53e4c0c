"""The channels as a neural network takes them: encoded rows of numbers and categories."""

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np

from byoc.channels import columns, objectives, targets
from byoc.hosts import sharding
from byoc.signature import Signature
from byoc.tabular.encoding import Encoding, Target
from byoc.training.job import Job


class Rows(NamedTuple):
    """What one channel holds on this host, as it was read and as a network takes it; each has an entry a row."""

    labels: np.ndarray
    records: np.ndarray
    encoded: np.ndarray
    learnt: np.ndarray


class Data(NamedTuple):
    signature: Signature
    encoding: Encoding
    target: Target
    training: Rows
    validation: Rows | None

    @property
    def identity(self) -> dict[str, str]:
        """What a checkpoint says of the job that it is of, for a job with other data to refuse it.

        The same on any number of hosts.
        """
        columns = ", ".join(self.training.records.dtype.names)
        validation = "there" if self.validation else "missing"
        seen = {f"column {name!r}": told for name, told in self.encoding.told.items()}
        return {"list of columns": columns, **seen, "label": self.target.told, "channel validation": validation}

    @property
    def judged(self) -> tuple[str, Rows]:
        """What the model is shown by, and its name: rows that it has not learnt, if there are any."""
        return ("validation", self.validation) if self.validation else ("training", self.training)


Outputs = Callable[[np.ndarray], np.ndarray]  # of a network, (rows, outputs), for an encoded matrix


def read(job: Job, categories: Collection[str], task: str) -> Data:
    """Read `training` and, if the job has it, `validation`; raises InputError for what no network can learn from.

    `task` is an objective (byoc/channels/objectives.py). `categories` names the columns of text; if it names none, they
    are found out. Each host gets its own rows, encoded by what there is on all of them.
    """
    labels, records = sharding.labelled_records(job.channel("training"), job.collectives, categories or None)
    features = sharding.features(job.collectives, records)
    encoding = Encoding.learn(records, job.collectives)
    if task == objectives.REGRESSION:
        target = Target.of_numbers(targets.numbers(labels, "training"), job.collectives)
    else:
        different = sharding.distinct(job.collectives, labels)
        if task == objectives.AUTO:
            objectives.refuse_numbers(different, *objectives.of_auto("regression", "classification", "task"))
        target = Target.of_labels(different)
        rows = sum(job.collectives.gather(len(labels)))
        sure, most = task == objectives.CLASSIFICATION, job.channel("training").chosen.max_labels
        targets.check_count(different, rows, "set task = regression", sure, most)

    def rows(channel: str, labels: np.ndarray, records: np.ndarray) -> Rows:
        return Rows(labels, records, encoding.encode(records), target.learnt(labels, channel))

    validation = None
    if "validation" in job.channels:
        texts, names = columns.texts(records), records.dtype.names
        held_out, more = sharding.labelled_records(job.channel("validation"), job.collectives, texts, trained=names)
        validation = rows("validation", held_out, columns.as_trained(more, records, "validation"))
    return Data(Signature(features, target.labels), encoding, target, rows("training", labels, records), validation)


def scores(job: Job, name: str, rows: Rows | None, target: Target, outputs: Outputs) -> dict[str, float]:
    """What a network comes to on a channel's rows, of all hosts, by the names of the metrics; nothing without it."""
    if not rows:
        return {}
    found = target.scores(rows.learnt, target.answers(outputs(rows.encoded)), job.collectives)
    return {f"{name}:{metric}": value for metric, value in found.items()}


def score(job: Job, data: Data, outputs: Outputs) -> None:
    """Tell what the model that is saved comes to, by each channel."""
    for name, rows in (("train", data.training), ("validation", data.validation)):
        for metric, value in scores(job, name, rows, data.target, outputs).items():
            job.metric(metric, value)
