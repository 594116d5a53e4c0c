"""Means, samples and equal shares of rows over all hosts, which the boosting frameworks do not provide."""

import io
from math import ceil

import numpy as np

from byoc.errors import InputError
from byoc.hosts.collectives import Collectives


def mean(collectives: Collectives, values: np.ndarray) -> float:
    """That of all hosts' values (n), of which this one may have none."""
    if collectives.size == 1:
        return float(values.mean())
    sums, counts = zip(*collectives.gather([float(values.sum()), len(values)]), strict=True)
    return sum(sums) / sum(counts)


def stride(collectives: Collectives, rows: int, most: int) -> int:
    """Take every so manieth row of each host, and they come to `most` in all."""
    return max(1, ceil(sum(collectives.gather(rows)) / most))


def bring(collectives: Collectives, values: np.ndarray) -> np.ndarray:
    """On the first host the values (n) of all hosts: numbers, or texts, also as objects."""
    return collectives.gather_rows(np.array(values.tolist(), str) if values.dtype.kind == "O" else values)


def level(collectives: Collectives, labels: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The labels and records (n) of this host once those that have more than others gave some away.

    The frameworks take the mean of what hosts come to, however many rows each has: both of the medians by which an
    absolute error is made less, LightGBM also of what it begins from. It wants rows on every host, too; and a round
    takes as long as the host that has most. Raises InputError if there are fewer rows than hosts.
    """
    counts = collectives.gather(len(labels))
    fewest, more = divmod(sum(counts), collectives.size)
    wanted = [fewest + (rank < more) for rank in range(collectives.size)]
    if counts == wanted:
        return labels, rows
    if not fewest:
        raise InputError(f"channel 'training' has {sum(counts)} rows for {collectives.size} hosts: use fewer hosts")
    lacking = [max(0, due - count) for due, count in zip(wanted, counts, strict=True)]
    start, kept = sum(lacking[: collectives.rank]), wanted[collectives.rank]

    def levelled(values: np.ndarray) -> np.ndarray:
        spare = _spread(collectives, values[kept:])
        return np.concatenate([values[:kept], spare[start : start + lacking[collectives.rank]]])

    made = np.empty(kept, rows.dtype)
    for name in rows.dtype.names:
        made[name] = levelled(rows[name])
    return levelled(labels), made


def _spread(collectives: Collectives, values: np.ndarray) -> np.ndarray:
    """The values of all hosts, on all."""
    content = io.BytesIO()
    np.save(content, bring(collectives, values), allow_pickle=False)
    return np.load(io.BytesIO(collectives.broadcast(content.getvalue())), allow_pickle=False)
