"""Whether the first line of a file of CSV has the columns' names or is a row. Where no column holds numbers it may be
either, so the rows below are looked at.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from byoc.channels import indexes
from byoc.channels.chosen import ChosenColumns
from byoc.channels.delimited.lines import Row
from byoc.channels.parsing import PERHAPS_NONE, is_number
from byoc.errors import listed
from byoc.notices import warn
from byoc.records import BOOLEANS, NO_VALUE

LOOKED_AT = 1000  # rows, or fewer of many columns:
MOST_CELLS = 100_000
FEW = 10
WORDS = {word.lower() for word in BOOLEANS}
# What stands for a missing value, also in the first row.
NO_VALUES = {"", *(text.lower() for text in NO_VALUE | PERHAPS_NONE)}


class Found(NamedTuple):
    """The names in the first line, or none; and whether that is more than the best guess."""

    names: list[str]
    certain: bool = True


NONE = Found([])


def split(
    first: Row, place: str, rows: Iterator[Row], known: Collection[str], headed: bool | None, chosen: ChosenColumns
) -> tuple[Found, Iterator[Row]]:
    """What the first line is, and the rows: those after it, and it itself if it is one.

    `known` are names that somebody gave, `chosen` columns; `headed` tells of the files before. Raises InputError for a
    line that only counts the columns.
    """
    names = _stripped(first[1])
    few = list(islice(rows, FEW))
    rows = chain(few, rows)
    indexes.refuse_counted(names, [cells for _, cells in few], place)
    indexes.refuse_shorter(names, [cells for _, cells in few], place)
    no_names = NONE, chain([first], rows)
    with_numbers = any(map(is_number, names))
    counted = indexes.counts(names[1:]) and not is_number(names[0]) and (len(names) > 3 or not names[0])
    if headed is False:
        if not names[0] and all(names[1:]) and (counted or not with_numbers):
            indexes.refuse_named(names[:1], [1], place, chosen)
        return no_names
    named = not set(names).isdisjoint(known)
    if not named and (with_numbers or not _complete(names, few)):
        return (Found(names), rows) if counted else no_names
    ahead = list(islice(rows, min(LOOKED_AT, 10 + MOST_CELLS // len(names))))
    rows = chain(ahead, rows)
    cells = [_stripped(cells) for _, cells in ahead]
    again = [sorted(row) == sorted(names) for row in cells]  # perhaps of a file that was joined, in another order
    if headed or named or not ahead or _names_numbers(names, cells[: [*again, True].index(True)]):
        return Found(names), rows
    others = (row for row, is_same in zip(cells, again, strict=True) if not is_same)
    if any(
        cell == name != "" for row in others for cell, name in zip(row, names, strict=False)
    ):  # one of them is a value of its own column
        return NONE, chain([first], rows)
    warn(f"{place}: taken for a header, though no column holds numbers: {listed(names)}; if it is a row, add a header")
    return Found(names, certain=False), rows


def _complete(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether no name is missing but of a column without a value, as of a comma at the end of all lines; or the first,
    as an index has none.
    """
    without = [column for column, name in enumerate(names) if column and not name]
    return not any(cells[column].strip() for _, cells in rows for column in without if column < len(cells))


def _names_numbers(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are numbers or booleans, and nothing else, below any of the names."""
    for column, name in enumerate(names):
        values = {cells[column].lower() for cells in rows if column < len(cells)} - NO_VALUES
        is_name = name.lower() not in (WORDS if column == 0 else WORDS | NO_VALUES)
        if is_name and values and (values <= WORDS or all(map(is_number, values))):
            return True
    return False


def _stripped(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]
