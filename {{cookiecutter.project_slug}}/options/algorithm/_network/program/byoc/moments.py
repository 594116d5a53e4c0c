"""Means over the rows of all hosts of a job, each of which has a part of them, perhaps none."""

from collections.abc import Sequence

import numpy as np

from byoc.peers import Peers


def means(values: Sequence[np.ndarray], peers: Peers) -> np.ndarray:
    """The mean (float64) of each array of numbers, on every host; some host has an entry of each."""
    told = peers.gather([[float(each.sum()), len(each)] for each in values])
    sums, counts = np.array(told).reshape(peers.size, len(values), 2).sum(axis=0).T
    return sums / counts


def moments(values: Sequence[np.ndarray], peers: Peers) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the standard deviation (float64) of each, as `means`; of float64."""
    found = means(values, peers)
    return found, np.sqrt(means([(each - mean) ** 2 for each, mean in zip(values, found, strict=True)], peers))
