"""Whether the first line of a file of CSV has the columns' names or is a row. Where no column holds numbers it may be
either, so the rows below are looked at.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from byoc.channels import indexes
from byoc.channels.delimited.lines import Row
from byoc.channels.parsing import is_number
from byoc.console import warn
from byoc.errors import listed

LOOKED_AT = 1000  # rows, or fewer of many columns:
MOST_CELLS = 100_000
# What stands for a missing value, also in the first row.
NO_VALUES = {"", "na", "n/a", "#n/a", "nan", "null", "none", "?", "-", ".", r"\n"}


class Found(NamedTuple):
    """The names in the first line, or none; and whether that is more than the best guess."""

    names: list[str]
    certain: bool = True


NONE = Found([])


def split(
    first: Row, place: str, rows: Iterator[Row], known: Collection[str], headed: bool | None
) -> tuple[Found, Iterator[Row]]:
    """What the first line is, and the rows: those after it, and it itself if it is one.

    `known` are names that somebody gave; `headed` tells of the files before. Raises InputError for a line that only
    counts the columns.
    """
    names = _stripped(first[1])
    indexes.refuse_counted(names, place)
    no_names = NONE, chain([first], rows)
    with_numbers = any(map(is_number, names))
    counted = indexes.counts(names[1:]) and not is_number(names[0]) and (len(names) > 3 or not names[0])
    if headed is False:
        if not names[0] and all(names[1:]) and (counted or not with_numbers):
            indexes.refuse_named(names[:1], [1], place)
        return no_names
    if with_numbers or not all(names[1:]):
        return (Found(names), rows) if counted else no_names
    ahead = list(islice(rows, min(LOOKED_AT, 10 + MOST_CELLS // len(names))))
    rows = chain(ahead, rows)
    if headed or not ahead or not set(names).isdisjoint(known) or _names_numbers(names, ahead):
        return Found(names), rows
    if _comes_again(names, ahead):
        return NONE, chain([first], rows)
    warn(f"{place}: taken for a header, though no column holds numbers: {listed(names)}; if it is a row, add a header")
    return Found(names, certain=False), rows


def _names_numbers(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether there are numbers, and nothing else, below any of the names."""
    for column, name in enumerate(names):
        values = {cells[column].strip().lower() for _, cells in rows if column < len(cells)} - NO_VALUES
        is_name = column == 0 or name.lower() not in NO_VALUES
        if is_name and values and all(map(is_number, values)):
            return True
    return False


def _comes_again(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether any of the names is a value of its own column, in a row that is not the same in all."""
    others = (_stripped(cells) for _, cells in rows)
    return any(other != names and any(map(str.__eq__, other, names)) for other in others)


def _stripped(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]
