"""A forest on several hosts: the first holds all rows, and all of them train trees (see forest_dask.py).

Each tree draws its rows from all of them, by a seed of its own: whichever host grows it, it is the same tree.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from byoc.channels import columns
from byoc.hosts import sharding
from byoc.training.job import Job

Rows = tuple[np.ndarray, np.ndarray]


def read(job: Job, categories: Collection[str] | None) -> dict[str, Rows]:
    """The labels and records (n) of "train" and, if there is such a channel, "validation"; on the first host only.

    As `Channel.read_records` reads them, the texts of both in the same columns. Rows that are dealt out to the hosts
    come one host's after another's, by rank (T-25). Raises InputError as that does, or if hosts have different columns.
    """
    training = _read(job, "training", categories)
    found = {"train": training}
    if "validation" in job.channels:
        told = job.collectives.gather(training and (columns.texts(training[1]), training[1].dtype.names))
        found["validation"] = _read(job, "validation", *told[0])
    return {name: rows for name, rows in found.items() if rows}


def _read(
    job: Job, name: str, categories: Collection[str] | None, trained: Collection[str] | None = None
) -> Rows | None:
    channel = job.channel(name)
    if job.collectives.size > 1 and (channel.sharded or not job.collectives.gather(channel.here)[0]):
        labels, rows = sharding.labelled_records(job.channel(name), job.collectives, categories, trained=trained)
        labels, rows = job.collectives.gather_rows(labels), _bring(job, rows)
        return (labels, rows) if job.leads else None
    return channel.read_records(categories, trained=trained) if job.leads else None


def _bring(job: Job, rows: np.ndarray) -> np.ndarray:
    """The records of all hosts on the first one; of no use on others."""
    texts = columns.texts(rows)
    parts = [
        job.collectives.gather_rows(rows[name].astype(str if name in texts else np.float32))
        for name in rows.dtype.names
    ]
    found = np.empty(len(parts[0]), rows.dtype)
    for name, part in zip(rows.dtype.names, parts, strict=True):
        found[name] = part
    return found


def growing(job: Job, table: np.ndarray) -> AbstractContextManager[None]:
    """A block of the first host in which a forest that learns from `table` (rows, columns) grows on all hosts."""
    if job.collectives.size == 1:
        return nullcontext()
    import forest_dask  # here, as it takes seconds, and memory

    return forest_dask.growing(job, table)


def grow(job: Job) -> None:
    """What the other hosts do, until the first has all trees."""
    import forest_dask

    forest_dask.grow(job)
