"""The channels as gradient boosting takes them: a matrix of numbers, and a target for each row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byoc import cpus
from byoc.boosting.across_hosts import level
from byoc.boosting.objectives import AUTO, Objective, chosen, known_labels, learnt
from byoc.boosting.rounds import TRAINING, VALIDATION
from byoc.channels import columns, targets
from byoc.channels.text_columns import ENCODE_IT, NAME_IT
from byoc.hosts import sharding
from byoc.signature import Feature, Signature
from byoc.training.job import Job

ROWS_PER_THREAD = 1000


@dataclass(frozen=True)
class Channel:
    """This host's rows (codecs/records.py), the same as float32 (rows, columns), and what is learnt of them (rows)."""

    records: np.ndarray
    matrix: np.ndarray
    learnt: np.ndarray

    def at(self, places: np.ndarray) -> "Channel":
        """Those of the rows alone."""
        return Channel(self.records[places], self.matrix[places], self.learnt[places])


@dataclass(frozen=True)
class Data:
    """`known` are the labels to tell apart, if there are any; `channels` are TRAINING and perhaps VALIDATION."""

    objective: Objective
    features: tuple[Feature, ...]
    known: np.ndarray | None
    channels: dict[str, Channel]

    @property
    def signature(self) -> Signature:
        return Signature(self.features, () if self.known is None else tuple(self.known.tolist()))

    @property
    def scored(self) -> str:
        """The channel that a model is judged by."""
        return list(self.channels)[-1]

    @property
    def texts(self) -> list[int]:
        """The columns that hold text."""
        return [column for column, feature in enumerate(self.features) if feature.is_text]

    @property
    def threads(self) -> int:
        """One for each CPU, if they have enough to do: otherwise they only wait for each other, and busily."""
        return min(cpus.available(), 1 + len(self.channels[TRAINING].learnt) // ROWS_PER_THREAD)

    @property
    def origin(self) -> dict[str, Any]:
        """What a checkpoint must have in common with a job that goes on from it."""
        return {
            "objective": self.objective.name,
            "columns": {feature.name: list(feature.categories) for feature in self.features},
            "labels": list(self.signature.labels),
            "channels": list(self.channels),
        }


def read(job: Job, objectives: Sequence[Objective], name: str, categories: Collection[str] | None = ()) -> Data:
    """Read the channel TRAINING and, if the job has it, VALIDATION, to learn the objective of that name, or of AUTO.

    `categories` names the columns of text, of which there are none by default, and None finds them out.
    Raises InputError for what cannot be learnt. Of several hosts each has some rows: of TRAINING as many as any other,
    of VALIDATION perhaps none. What else there is to know is the same on all.
    """
    advice = ENCODE_IT if categories == () else NAME_IT
    labels, records = sharding.labelled_records(job.channel(TRAINING), job.collectives, categories, advice)
    labels, records = level(job.collectives, labels, records)
    different = _different(job, objectives, name, labels)
    objective = chosen(objectives, name, different)
    if objective.kind.classifies:
        numbers = ", ".join(one.name for one in objectives if not one.kind.classifies)
        way_out = f"choose an objective for numbers ({numbers})"
        rows, most = sum(job.collectives.gather(len(labels))), job.channel(TRAINING).chosen.max_labels
        # Of few rows, too: each label is a tree in each round.
        targets.check_count(different, rows, way_out, sure=name != AUTO, most=most, little=0)
    features, known = sharding.features(job.collectives, records), known_labels(objective, different)
    given = {TRAINING: (labels, records)}
    if VALIDATION in job.channels:
        labels, others = sharding.labelled_records(
            job.channel(VALIDATION), job.collectives, columns.texts(records), advice, records.dtype.names
        )
        given[VALIDATION] = labels, columns.as_trained(others, records, VALIDATION)
    channels = {
        name: Channel(
            rows, columns.as_matrix(rows, features), learnt(objective, labels, known, name, job.collectives.any)
        )
        for name, (labels, rows) in given.items()
    }
    _tell(job, channels[TRAINING])
    return Data(objective, features, known, channels)


def _different(job: Job, objectives: Sequence[Objective], name: str, labels: np.ndarray) -> np.ndarray:
    """The labels of all hosts, each once; but quantities as they are: nobody asks how many there are."""
    if any(one.name == name and not one.kind.classifies for one in objectives):
        return labels
    return sharding.distinct(job.collectives, labels)


def _tell(job: Job, channel: Channel) -> None:
    rows, features = channel.matrix.shape
    counts = job.collectives.gather(rows)
    dealt = f", {rows} of them on this host" if len(counts) > 1 else ""
    print(f"training on {sum(counts)} rows of {features} features{dealt}", flush=True)
