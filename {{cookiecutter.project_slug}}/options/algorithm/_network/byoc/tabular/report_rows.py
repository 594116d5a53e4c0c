"""The rows that a report shows: gathered from all hosts to the first, up to a limit."""

import numpy as np

from byoc.hosts.collectives import Collectives
from byoc.records import is_text
from byoc.tabular.dataset import Rows

MOST_ROWS = 100_000  # of several hosts


def shown(collectives: Collectives, name: str, rows: Rows) -> tuple[str, Rows]:
    """On the first host the rows of all hosts, or of too many evenly chosen ones, and what they are called.

    On other hosts their own part of these. With one host they are all that there are.
    """
    if collectives.size == 1:
        return name, rows
    count = len(rows.labels)
    total = sum(collectives.gather(count))
    most = min(total, MOST_ROWS)
    chosen = np.linspace(0, count - 1, count * most // total).astype(int)
    labels, records, encoded, learnt = (field[chosen] for field in rows)
    brought = Rows(
        collectives.gather_rows(labels),
        _brought(collectives, records),
        collectives.gather_rows(encoded),
        collectives.gather_rows(learnt),
    )
    return (name if most == total else f"{len(brought.labels):,} of {total:,} rows of the {name}"), brought


def _brought(collectives: Collectives, records: np.ndarray) -> np.ndarray:
    """Records column by column: texts are Python objects in them, which do not travel."""
    columns = {}
    for name in records.dtype.names:
        text = is_text(records.dtype[name])
        columns[name] = collectives.gather_rows(records[name].astype(str) if text else records[name])
    made = np.empty(len(next(iter(columns.values()))), records.dtype)
    for name, values in columns.items():
        made[name] = values
    return made
