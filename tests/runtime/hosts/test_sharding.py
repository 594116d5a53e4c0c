"""Sharding: what hosts that train together agree on about rows, whatever each was given (D-07, T-25)."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import loopback
from byoc.channels import columns
from byoc.channels.channel import Channel
from byoc.errors import InputError
from byoc.hosts import sharding
from byoc.hosts.collectives import Collectives


@pytest.fixture
def on_hosts(tmp_path) -> Callable[..., list[Any]]:
    """What `work(job)` gives on each host, whose channel `training` has that text; files are shards unless `copies`."""

    def run(work: Callable[[Any], Any], *texts: str | None, copies: bool = False) -> list[Any]:
        def on_host(collectives: Collectives) -> Any:
            folder = tmp_path / str(collectives.rank)
            folder.mkdir()
            if texts[collectives.rank] is not None:
                (folder / "rows.csv").write_text(texts[collectives.rank], encoding="utf-8")
            channel = Channel("training", folder, sharded=not copies)
            return work(SimpleNamespace(collectives=collectives, channel=lambda name: channel))

        return loopback.threads(on_host, len(texts))

    return run


def numbers(job: Any) -> tuple[list, list]:
    labels, features = sharding.labelled(job.channel("training"), job.collectives)
    return labels.tolist(), features.tolist()


def mixed(job: Any) -> tuple[list, list]:
    labels, rows = sharding.labelled_records(job.channel("training"), job.collectives)
    return labels.tolist(), rows.tolist()


def test_copies_are_dealt_out_row_by_row_and_shards_are_not(on_hosts):
    rows = "a,1\nb,2\na,3\n"
    assert on_hosts(numbers, rows, rows, copies=True) == [(["a", "a"], [[1], [3]]), (["b"], [[2]])]


def test_shards_may_be_unequal_or_empty(on_hosts):
    found = on_hosts(numbers, None, "a,1,2\nb,2,3\n", "")
    assert found == [([], []), (["a", "b"], [[1, 2], [2, 3]]), ([], [])]


def places(job: Any) -> list:
    return sharding.places(job.channel("training"), job.collectives, len(numbers(job)[0])).tolist()


def test_every_row_of_all_hosts_is_on_one_of_them(on_hosts):
    assert on_hosts(places, "a,1\na,2\n", None, "a,3\n") == [[0, 1, -1], [-1, -1, -1], [-1, -1, 0]]


def test_copies_keep_the_order_in_which_one_host_reads_them(on_hosts):
    rows = "a,1\nb,2\na,3\n"
    assert on_hosts(places, rows, None, rows, copies=True) == [[0, -1, 1], [-1, -1, -1], [-1, 0, -1]]


@pytest.mark.parametrize("read", [numbers, mixed])
def test_labels_are_texts_on_all_hosts_if_they_are_on_one(on_hosts, read):
    assert [labels for labels, _ in on_hosts(read, "1,5\n", "x,6\n", None)] == [["1"], ["x"], []]


def test_different_labels_are_those_of_all_hosts(on_hosts):
    def known(job: Any) -> list:
        return sharding.distinct(
            job.collectives, sharding.labelled(job.channel("training"), job.collectives)[0]
        ).tolist()

    assert on_hosts(known, None, "b,1\nc,1\n", "a,1\nb,1\n") == [["a", "b", "c"]] * 3


def test_different_numbers_as_labels_stay_numbers(on_hosts):
    def known(job: Any) -> list:
        return sharding.distinct(
            job.collectives, sharding.labelled(job.channel("training"), job.collectives)[0]
        ).tolist()

    assert on_hosts(known, None, "10,1\n", "9,1\n") == [[9, 10]] * 3


def test_a_column_is_what_it_is_where_it_has_values(on_hosts):
    header = "y,colour,size\n"
    found = on_hosts(mixed, f"{header}1,,2\n", f"{header}1,red,\n", None)
    (_, first), (_, second), third = found
    assert first == [("", 2.0)]
    assert second[0][0] == "red"
    assert np.isnan(second[0][1])
    assert third == ([], [])


def test_features_are_as_of_all_rows_on_one_host(on_hosts):
    header = "y,colour,size\n"

    def features(job: Any) -> tuple:
        return sharding.features(
            job.collectives, sharding.labelled_records(job.channel("training"), job.collectives)[1]
        )

    every = on_hosts(features, f"{header}1,,39.1\n", f"{header}1,red,\n2,blue,7\n")
    assert every[0] == every[1]
    assert [(each.name, each.example, each.categories) for each in every[0]] == [
        ("colour", "red", ("blue", "red")),
        ("size", 39.1, ()),
    ]


@pytest.mark.parametrize(
    ("read", "texts", "reason"),
    [
        (numbers, ("a,1\n", "a,1,2\n"), "some hosts have rows of 1 features, others of 2"),
        (mixed, ("y,n\n1,2\n", "y,m\n1,2\n"), "some hosts have the columns n, others m"),
        (mixed, ("y,n\n1,2\n", "y,n\n1,red\n"), "column 'n' holds text on one host, numbers on another; if the column"),
        (numbers, (None, ""), "channel 'training' holds no rows on any of 2 hosts"),
    ],
)
def test_what_hosts_cannot_agree_on_each_refuses(on_hosts, read, texts, reason):
    def refusal(job: Any) -> str:
        with pytest.raises(InputError) as refused:
            read(job)
        return str(refused.value)

    assert [reason in each for each in on_hosts(refusal, *texts)] == [True, True]


def test_the_first_host_gets_the_rows_of_all_in_order(on_hosts):
    def brought(job: Any) -> list:
        return job.collectives.gather_rows(np.full((job.collectives.rank, 2), job.collectives.rank)).tolist()

    assert on_hosts(brought, None, None, None) == [[[1, 1], [2, 2], [2, 2]], [[1, 1]], [[2, 2], [2, 2]]]


def test_columns_that_are_missing_on_every_host_are_refused_as_on_one():
    rows = np.array([(np.nan,)], [("size", np.float32)])
    with pytest.raises(InputError, match="column 'size' holds no value in any row"):
        columns.of_seen([columns.seen(rows), columns.seen(rows)])


def test_labels_and_categories_that_are_equal_are_the_same_on_every_host(on_hosts):
    shards = "l,grade\n1,1.0\n2,2\n", "l,grade\n1.0,1\nx,2.50\n"

    def graded(job: Any) -> tuple[list, list]:
        labels, rows = sharding.labelled_records(job.channel("training"), job.collectives, ["grade"])
        return labels.tolist(), rows["grade"].tolist()

    assert on_hosts(graded, *shards) == [(["1", "2"], ["1", "2"]), (["1", "x"], ["1", "2.5"])]


def test_true_and_false_are_spelled_alike_on_every_host(on_hosts):
    assert [labels for labels, _ in on_hosts(numbers, "True,1\nFalse,2\n", "true,3\n", None)] == [
        ["True", "False"],
        ["True"],
        [],
    ]


def test_true_and_false_are_left_as_all_hosts_spell_them(on_hosts):
    assert [labels for labels, _ in on_hosts(numbers, "true,1\nmaybe,2\n", "true,3\n")] == [["true", "maybe"], ["true"]]


def test_columns_of_text_are_all_named_where_hosts_differ(on_hosts):
    def refused(job: Any) -> str:
        with pytest.raises(InputError) as refusal:
            mixed(job)
        return str(refusal.value)

    told = on_hosts(refused, "l,a,b\nx,1,red\n", "l,a,b\ny,two,blue\n")
    assert [each.partition("categories to ")[2] for each in told] == ['["a", "b"], all that do'] * 2
