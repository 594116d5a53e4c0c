"""The channels as gradient boosting takes them: a matrix of numbers, and what is to be learnt of each row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byoc import columns, cpus
from byoc.boosting import TRAINING, VALIDATION
from byoc.boosting_objectives import Objective, chosen, known_labels, learnt
from byoc.job import Job
from byoc.labelled_records import NAME_IT
from byoc.signature import Feature, Signature

ROWS_PER_THREAD = 1000
ENCODE_IT = "no text is learnt from here: encode it as numbers, or leave the column out"


@dataclass(frozen=True)
class Channel:
    """Rows (see codecs/records.py), the same as float32 (rows, columns), and what is learnt of them (rows)."""

    records: np.ndarray
    matrix: np.ndarray
    learnt: np.ndarray


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
    Raises InputError for what cannot be learnt.
    """
    advice = ENCODE_IT if categories == () else NAME_IT
    labels, records = job.channel(TRAINING).read_records(categories, advice=advice)
    objective = chosen(objectives, name, labels)
    features, known = columns.of_records(records), known_labels(objective, labels)
    given = {TRAINING: (labels, records)}
    if VALIDATION in job.channels:
        labels, others = job.channel(VALIDATION).read_records(columns.texts(records), advice=advice)
        given[VALIDATION] = labels, columns.as_trained(others, records, VALIDATION)
    channels = {
        name: Channel(rows, columns.as_matrix(rows, features), learnt(objective, labels, known, name))
        for name, (labels, rows) in given.items()
    }
    return Data(objective, features, known, channels)
