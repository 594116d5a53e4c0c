"""What hosts that boost together do with rows beside what their framework does: means, samples, shares of like size."""

import io
from math import ceil

import numpy as np

from byoc.errors import InputError
from byoc.peers import Peers


def mean(peers: Peers, values: np.ndarray) -> float:
    """That of all hosts' values (n), of which this one may have none."""
    if peers.size == 1:
        return float(values.mean())
    sums, counts = zip(*peers.gather([float(values.sum()), len(values)]), strict=True)
    return sum(sums) / sum(counts)


def stride(peers: Peers, rows: int, most: int) -> int:
    """Take every so manieth row of each host, and they come to `most` in all."""
    return max(1, ceil(sum(peers.gather(rows)) / most))


def bring(peers: Peers, values: np.ndarray) -> np.ndarray:
    """On the first host the values (n) of all hosts: numbers, or texts, also as objects."""
    return peers.bring(np.array(values.tolist(), str) if values.dtype.kind == "O" else values)


def level(peers: Peers, labels: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The labels and records (n) of this host once those that have more than others gave some away.

    The frameworks take the mean of what hosts come to, however many rows each has: both of the medians by which an
    absolute error is made less, LightGBM also of what it begins from. It wants rows on every host, too; and a round
    takes as long as the host that has most. Raises InputError if there are fewer rows than hosts.
    """
    counts = peers.gather(len(labels))
    fewest, more = divmod(sum(counts), peers.size)
    wanted = [fewest + (rank < more) for rank in range(peers.size)]
    if counts == wanted:
        return labels, rows
    if not fewest:
        raise InputError(f"channel 'training' has {sum(counts)} rows for {peers.size} hosts: use fewer hosts")
    lacking = [max(0, due - count) for due, count in zip(wanted, counts, strict=True)]
    start, kept = sum(lacking[: peers.rank]), wanted[peers.rank]

    def levelled(values: np.ndarray) -> np.ndarray:
        spare = _spread(peers, values[kept:])
        return np.concatenate([values[:kept], spare[start : start + lacking[peers.rank]]])

    made = np.empty(kept, rows.dtype)
    for name in rows.dtype.names:
        made[name] = levelled(rows[name])
    return levelled(labels), made


def _spread(peers: Peers, values: np.ndarray) -> np.ndarray:
    """The values of all hosts, on all."""
    content = io.BytesIO()
    np.save(content, bring(peers, values), allow_pickle=False)
    return np.load(io.BytesIO(peers.share(content.getvalue())), allow_pickle=False)
