"""A file of CSV as a table: the names of its columns, if it has a header, and its rows, the label first."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from operator import itemgetter

from byoc.channels import indexes
from byoc.channels.chosen import ChosenColumns
from byoc.channels.delimited import header, lines
from byoc.channels.delimited.lines import Row
from byoc.errors import InputError
from byoc.notices import warn


@dataclass(frozen=True)
class Table:
    """`names` are those of the label and the features, or none; `places`, from 1, are where these are in the file."""

    place: str  # its first line
    names: list[str]
    places: list[int]
    rows: Iterator[Row]


def read(
    name: str,
    content: BufferedReader,
    chosen: ChosenColumns,
    known: Collection[str] = (),
    headed: bool | None = None,
) -> Table | None:
    """None for a file without a line. Whether the first has names is found out, unless `headed` tells that none has;
    `known` are names that somebody gave.

    Raises InputError, naming file and line, for what is no table that can be learnt from.
    """
    rows = lines.rows(name, content)
    first = next(rows, None)
    if first is None:
        return None
    place = f"{name}, line {first[0]}"
    found, rows = header.split(first, place, rows, {*known, *chosen.by_name}, headed, chosen)
    order = chosen.order(found.names, len(first[1]), place)
    names, places = [found.names[index] for index in order] if found.names else [], [index + 1 for index in order]
    if names:
        skipped = chosen.target is not None  # a target that was chosen may have any name
        indexes.refuse_named(names[skipped:], places[skipped:], place, chosen)
    if found.names or order != [*range(len(first[1]))]:
        rows = _arranged(name, rows, first, found, order)
    return Table(place, names, places, rows)


def _arranged(name: str, rows: Iterator[Row], first: Row, found: header.Found, order: Sequence[int]) -> Iterator[Row]:
    """The cells of each row in that order, without the headers of files that were joined to this one."""
    names, width, again = set(found.names), len(first[1]), 0
    pick = itemgetter(*order) if [*order] != [*range(width)] and len(order) > 1 else None
    for line, cells in rows:
        if cells[-1].strip() in names and {cell.strip() for cell in cells} == names:
            if not found.certain:
                raise InputError(
                    f"{name}, line {line}: is line {first[0]} again, and no column holds numbers: it may be a header "
                    "or a row: give the columns names that are no values, or name some in the hyperparameter categories"
                )
            stripped = [cell.strip() for cell in cells]
            pick = itemgetter(*(stripped.index(found.names[index]) for index in order))
            again += 1
            continue
        if pick:
            if len(cells) != width:
                raise InputError(f"{name}, line {line}: {len(cells)} columns, but line {first[0]} has {width}")
            cells = pick(cells)
        yield line, cells
    if again:
        warn(f"{name}: its header comes {again} times more, as in files that were joined; those lines are no rows")
