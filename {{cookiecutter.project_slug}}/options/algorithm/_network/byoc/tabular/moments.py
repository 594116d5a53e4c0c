"""Means and standard deviations over the rows of all hosts, some of which may have none."""

from collections.abc import Sequence

import numpy as np

from byoc.hosts.collectives import Collectives

LEAST = -1126  # the power of 2 in whose multiples every float64 is told
PART = 2**20  # rows at a time: few enough for the sums of 27 bits of each to be exact in float64


def means(values: Sequence[np.ndarray], collectives: Collectives) -> np.ndarray:
    """The mean (float64) of each array of numbers, on every host; some host has an entry of each."""
    told = collectives.gather([[float(each.sum()), len(each)] for each in values])
    sums, counts = np.array(told).reshape(collectives.size, len(values), 2).sum(axis=0).T
    return sums / counts


def moments(values: Sequence[np.ndarray], collectives: Collectives) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the standard deviation (float64) of each, as `means`; of finite float64.

    To the last bit the same however many hosts there are: a checkpoint of other moments is one of other data.
    """
    found = _exact_means(values, collectives)
    return found, np.sqrt(
        _exact_means([(each - mean) ** 2 for each, mean in zip(values, found, strict=True)], collectives)
    )


def _exact_means(values: Sequence[np.ndarray], collectives: Collectives) -> np.ndarray:
    told = collectives.gather([[_sum(each), len(each)] for each in values])
    totals = [[sum(column) for column in zip(*each, strict=True)] for each in zip(*told, strict=True)]
    return np.array([total / (count << -LEAST) for total, count in totals])  # of whole numbers, it is rounded but once


def _sum(values: np.ndarray) -> int:
    """In multiples of 2**LEAST."""
    total = 0
    for part in np.array_split(values, len(values) // PART + 1):
        mantissas, exponents = np.frexp(part)
        lower, upper = np.modf(mantissas * 2**26)  # of the mantissa's 53 bits the last 27, and the others
        powers = exponents - 53 - LEAST
        for bits, of in ((lower * 2**27, powers), (upper, powers + 27)):
            sums = np.bincount(of, bits)
            total += sum(int(sums[power]) << power for power in np.flatnonzero(sums).tolist())
    return total
