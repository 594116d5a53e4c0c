"""Sharding: which rows of a channel each host trains on, and what hosts agree on about them (D-07, T-25).

With S3DistributionType=ShardedByS3Key each host has its own files, of unequal size and perhaps none at all; with
FullyReplicated each has all of them, and keeps every n-th row; a channel of one instance group only its hosts have
(D-11). On one host these are the rows as they were read.
"""

from collections.abc import Callable, Collection

import numpy as np

from byoc import records
from byoc.channels import columns
from byoc.channels.channel import Channel
from byoc.channels.text_columns import NAME_IT, advised
from byoc.errors import InputError, NoRowsError, listed, shown
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.collectives import Collectives
from byoc.hosts.resource_config import Cluster
from byoc.paths import Paths
from byoc.signature import NUMBER, TEXT, Feature

Rows = tuple[np.ndarray, np.ndarray]


def join(cluster: Cluster) -> Collectives:
    """Connect to the job's other hosts. Raises InputError if one does not come, SettingError for a bad setting."""
    return Collectives.join(cluster, ClusterSettings.from_environment())


def channels_of_all_hosts(own: dict[str, Channel], collectives: Collectives, paths: Paths) -> dict[str, Channel]:
    """A host's own channels and, empty, those that only other hosts have: one may be an instance group's (D-11)."""
    every = {}
    for told in collectives.gather({name: channel.sharded for name, channel in own.items()}):
        every |= told
    return {name: own.get(name) or Channel(name, paths.data / name, sharded) for name, sharded in every.items()}


def labelled(channel: Channel, collectives: Collectives, trained: int = 0) -> Rows:
    """This host's labels (n) and features (n × m) of a channel, as `Channel.read_labelled` reads them.

    n may be 0, but not on all hosts. Raises InputError as that does, or if hosts have different numbers of columns.
    """
    if collectives.size == 1:
        return channel.read_labelled(trained=trained)
    rows = _part(channel, collectives, lambda channel: channel.read_labelled(trained=trained))
    counts = _found(channel.name, collectives.gather(None if rows is None else rows[1].shape[1]))
    if len(set(counts)) > 1:
        raise InputError(
            f"channel {channel.name!r}: some hosts have rows of {min(counts)} features, others of {max(counts)}"
        )
    labels, features = rows or (np.empty(0, np.int64), np.empty((0, counts[0]), np.float32))
    return _alike(collectives, labels), features


def labelled_records(
    channel: Channel,
    collectives: Collectives,
    categories: Collection[str] | None = None,
    advice: str = NAME_IT,
    trained: Collection[str] | None = None,
) -> Rows:
    """This host's labels and records (n) of a channel, as `Channel.read_records` reads them.

    n may be 0, but not on all hosts. Raises InputError as that does, or if hosts have different columns, or one has
    text where another has numbers.
    """
    if collectives.size == 1:
        return channel.read_records(categories, advice=advice, trained=trained)
    rows = _part(channel, collectives, lambda channel: channel.read_records(categories, advice=advice, trained=trained))
    found = _found(channel.name, collectives.gather(rows and _kinds(rows[1])))
    names = list(found[0])
    for kinds in found:
        if kinds.keys() != found[0].keys():
            raise InputError(
                f"channel {channel.name!r}: some hosts have the columns {listed(names)}, others {listed([*kinds])}"
            )
    kinds = {column: {kinds[column] for kinds in found} - {None} for column in names}
    if mixed := [column for column in names if len(kinds[column]) > 1]:
        raise InputError(
            f"channel {channel.name!r}: column {shown(mixed[0])} holds text on one host, numbers on another; "
            f"{advised(advice, [column for column in names if TEXT in kinds[column]], channel.chosen)}"
        )
    dtype = records.dtype([Feature(column, *(kinds[column] or {NUMBER}), 0, True) for column in names])
    labels, part = rows or (np.empty(0, np.int64), np.empty(0, dtype))
    return _alike(collectives, labels), _as(part, dtype)


def features(collectives: Collectives, rows: np.ndarray) -> tuple[Feature, ...]:
    """The signature's columns of the records on all hosts, as `columns.of_records` tells of those on one."""
    return columns.of_seen(collectives.gather(columns.seen(rows)))


def distinct(collectives: Collectives, labels: np.ndarray) -> np.ndarray:
    """The different labels of all hosts, in order."""
    return np.unique([label for found in collectives.gather(np.unique(labels).tolist()) for label in found])


def places(channel: Channel, collectives: Collectives, count: int) -> np.ndarray:
    """Where among this host's rows (`count`) of a channel each row of all hosts is (int64), or -1 if on another host.

    Those of copies are in the order in which one host would read them, those of shards in the order of the hosts.
    """
    counts = collectives.gather(count)
    before = sum(counts[: collectives.rank])
    own = slice(before, before + count) if channel.sharded else _turns(collectives, [each > 0 for each in counts])
    found = np.full(sum(counts), -1)
    found[own] = np.arange(count)
    return found


def _part(channel: Channel, collectives: Collectives, read: Callable[[Channel], Rows]) -> Rows | None:
    """What this host has to learn from; None if there is nothing."""
    try:
        rows = read(channel)
    except NoRowsError:
        rows = None
    if channel.sharded:
        return rows
    own = _turns(collectives, collectives.gather(rows is not None))
    return rows and (rows[0][own], rows[1][own])


def _turns(collectives: Collectives, having: list[bool]) -> slice:
    """Which of the rows that hosts have copies of are this one's, if they take them in turn."""
    if not having[collectives.rank]:
        return slice(0)
    return slice(sum(having[: collectives.rank]), None, sum(having))


def _found(name: str, told: list) -> list:
    """What the hosts told that have rows; raises InputError if none has."""
    found = [each for each in told if each is not None]
    if not found:
        raise InputError(f"channel {name!r} holds no rows on any of {len(told)} hosts: looked for CSV and Parquet")
    return found


def _kinds(rows: np.ndarray) -> dict[str, str | None]:
    """Of each column whether it holds text or numbers, and None if all of it is missing."""
    of = {True: TEXT, False: NUMBER}
    return {
        name: None if records.missing(rows[name]).all() else of[records.is_text(rows.dtype[name])]
        for name in rows.dtype.names
    }


def _as(rows: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The records with the columns of all hosts; what differs is a column that is missing here."""
    if rows.dtype == dtype:
        return rows
    made = np.empty(len(rows), dtype)
    for name in dtype.names:
        same = records.is_text(dtype[name]) == records.is_text(rows.dtype[name])
        made[name] = rows[name] if same else "" if records.is_text(dtype[name]) else np.nan
    return made


def _alike(collectives: Collectives, labels: np.ndarray) -> np.ndarray:
    """The labels as texts if they are texts on any host, and what is true or false spelled as on the others."""
    if not collectives.any(labels.dtype.kind == "U"):
        return labels
    labels = labels.astype(str)
    words = collectives.gather(sorted(records.BOOLEANS.keys() & set(labels.tolist())))
    spelled = records.one_spelling(word for told in words for word in told)
    return np.array([spelled.get(label, label) for label in labels.tolist()], str) if spelled else labels
