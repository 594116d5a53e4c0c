"""Reads the texts to train on: CSV with the columns label and text to classify, plain text files to generate."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from byoc.errors import InputError, listed
from byoc.training.job import Job

TEXT = "text"
EVALUATED = 64  # texts at a time
Item = TypeVar("Item")


def read(job: Job, channel: str) -> tuple[np.ndarray, list[str]]:
    """The labels (texts) and texts of a channel; raises InputError for a text that is missing."""
    labels, rows = job.channel(channel).read_records([TEXT], advice=f"only the column {TEXT} is used", meaning=str)
    if rows.dtype.names != (TEXT,):
        raise InputError(f"channel {channel!r} has the columns {listed(rows.dtype.names)}: only text is used")
    texts = rows[TEXT].tolist()
    if "" in texts:
        raise InputError(f"channel {channel!r}, row {texts.index('') + 1}: the text is missing")
    return labels, texts


def read_plain(job: Job, channel: str) -> Iterator[str]:
    """The files of a channel, each of them a text; raises InputError for one that is none."""
    for name, content in job.channel(channel).streams():
        try:
            # A byte-order mark begins each of the files that a pipe joins.
            yield content.read().decode("utf-8-sig").replace("\n\ufeff", "\n")
        except UnicodeDecodeError as error:
            raise InputError(f"{name}: not text in UTF-8: {error}") from None


def batches(items: Sequence[Item], size: int = EVALUATED) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
