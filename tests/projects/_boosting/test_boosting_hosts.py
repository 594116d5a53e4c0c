"""What hosts that boost together make of their rows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe
from typing import Any

import numpy as np
import pytest

from byoc.boosting.across_hosts import bring, level, mean, stride
from byoc.errors import InputError
from byoc.hosts.collectives import Collectives

DTYPE = [("size", np.float32), ("colour", object)]


def on_hosts(work: Callable[[Collectives, Any], Any], *given: Any) -> list[Any]:
    """What `work` gives on each host, with what it is given."""
    pipes = [Pipe() for _ in given[1:]]
    collectives = [Collectives(0, len(given), [near for near, _ in pipes])]
    collectives += [Collectives(rank, len(given), [far]) for rank, (_, far) in enumerate(pipes, 1)]
    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(work, collectives, given))


def levelled(collectives: Collectives, labels: list) -> tuple[list, list]:
    """Of each row the label, and what else there is, which tells of the label."""
    rows = np.array([(np.nan if label == 7 else label, f"is {label}") for label in labels], DTYPE)
    found, kept = level(collectives, np.array(labels, np.int64), rows)
    return found.tolist(), kept.tolist()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([[1, 2, 3, 4]], [[1, 2, 3, 4]]),
        ([[1, 2], [3]], [[1, 2], [3]]),
        ([[1], [2, 3]], [[1, 3], [2]]),
        ([[], [1], [2, 3, 4, 5, 6, 8]], [[4, 5, 6], [1, 8], [2, 3]]),
        ([[1, 2, 3, 4], [], [5, 6]], [[1, 2], [3, 4], [5, 6]]),
    ],
)
def test_hosts_with_more_rows_than_others_give_some_away(given, expected):
    rows = [[(label, f"is {label}") for label in labels] for labels in expected]
    assert on_hosts(levelled, *given) == list(zip(expected, rows, strict=True))


def test_texts_and_missing_numbers_are_given_away_as_they_are():
    found = on_hosts(lambda collectives, labels: levelled(collectives, labels)[1], [], [1, 7])
    assert repr(found) == "[[(nan, 'is 7')], [(1.0, 'is 1')]]"


def test_labels_that_are_texts_are_given_away_whole():
    empty = np.empty(0, DTYPE)
    rows = np.array([(1, "a"), (2, "b")], DTYPE)
    given = [(np.array([], "U1"), empty), (np.array(["cat", "elephant"]), rows)]
    assert [found[0].tolist() for found in on_hosts(lambda collectives, each: level(collectives, *each), *given)] == [
        ["elephant"],
        ["cat"],
    ]


def test_fewer_rows_than_hosts_are_refused():
    with pytest.raises(InputError, match="channel 'training' has 2 rows for 3 hosts: use fewer hosts"):
        on_hosts(levelled, [1], [], [2])


def test_a_mean_is_that_of_all_rows():
    assert on_hosts(lambda collectives, values: mean(collectives, np.array(values)), [1, 2], [], [6.0]) == [3, 3, 3]


def test_a_sample_is_taken_of_all_hosts_alike():
    assert on_hosts(lambda collectives, rows: stride(collectives, rows, 100), 30, 0, 70) == [1, 1, 1]
    assert on_hosts(lambda collectives, rows: stride(collectives, rows, 100), 30, 0, 71) == [2, 2, 2]


def test_texts_of_any_length_are_brought_to_the_first_host():
    values = [np.array(["a"], object), np.array([], object), np.array(["long", ""], object)]
    assert on_hosts(bring, *values)[0].tolist() == ["a", "long", ""]
