"""Recognises what is no data of anyone's: the index of a DataFrame, and names that only count the columns."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from byoc.channels.chosen import ChosenColumns
from byoc.channels.parsing import is_number
from byoc.errors import InputError, shown
from byoc.notices import warn

# What pandas and R call a column of row names: nothing, Unnamed: 0 when it was written twice, and in Parquet.
INDEX = re.compile(r"|Unnamed: 0(\.\d+)*|Unnamed: 0_level_\d+|__index_level_\d+__|rownames")
WHOLE = re.compile(r"\s*[+-]?\d+\s*")
WAY_OUT = "write the file without it (to_csv(index=False)), or set the hyperparameter {}"
LOOKED_AT = 10  # labels, before all are
SOME = 1000  # texts, likewise
FEW_TIMES = 5  # that labels come


def refuse_named(names: Sequence[str], places: Sequence[int], place: str, chosen: ChosenColumns) -> None:
    """Raise InputError if one of the names, of the columns at these places, is that of an index."""
    for name, column in zip(names, places, strict=True):
        if INDEX.fullmatch(name):
            what = f"is named {name!r}" if name else "has no name"
            if not name and column > 1:
                what += ", as after a comma at the end of a line"
            way_out = WAY_OUT.format(chosen.ignoring(column))
            raise InputError(f"{place}: column {column} {what}: it is an index, not data; {way_out}")


def counts(cells: Sequence[str]) -> bool:
    """Whether names are but 0, 1, 2, … or 1, 2, 3, …: pandas' for columns without any."""
    return len(cells) > 1 and [*cells] in ([str(n + first) for n in range(len(cells))] for first in (0, 1))


def refuse_counted(cells: Sequence[str], rows: Sequence[Sequence[str]], place: str) -> None:
    """Raise InputError for a first line 0, 1, 2, …, which pandas writes above columns without names.

    Few columns, of which each has whole numbers in the `rows` below, too, may be meant, and are only warned of.
    """
    if cells[0] != "0" or not counts(cells):
        return
    told = f"{place}: 0 to {len(cells) - 1} count the columns, as pandas does where they have no names"
    way_out = "write the file without it (to_csv(header=False, index=False)), or with names"
    columns = zip(*rows, strict=False) if len(rows) > 1 else ()
    if len(cells) > 3 or any(not any(map(WHOLE.fullmatch, column)) for column in columns):
        raise InputError(f"{told}: it is a header, not a row; {way_out}")
    warn(f"{told}, but is taken for a row; if it is a header, {way_out}")


def refuse_shorter(names: Sequence[str], rows: Sequence[Sequence[str]], place: str) -> None:
    """Raise InputError for a first line of names above rows that all have a cell more, as R's write.table leaves it."""
    if len(rows) > 1 and not any(map(is_number, names)) and all(len(cells) == len(names) + 1 for cells in rows):
        raise InputError(
            f"{place}: {len(names)} names above rows of {len(names) + 1} cells: the first is an index, as R's "
            "write.table writes it (row.names=FALSE leaves it out), or lines end with a comma too many"
        )


def warn_of_first(labels: np.ndarray, name: str) -> None:
    """Warn if the first label of a file without a header comes once, and the others often: it may be a header's."""
    if len(labels) < LOOKED_AT or labels.dtype.kind != "U" or (labels[1:] == labels[0]).any():
        return
    if len(np.unique(labels[1:])) * FEW_TIMES <= len(labels):
        warn(
            f"{name}: the first label, {shown(str(labels[0]))}, is that of no other row: if the first line is a "
            "header, set the hyperparameter target to its name"
        )


def refuse_labels(labels: np.ndarray, name: str, column: int, chosen: ChosenColumns) -> None:
    """Raise InputError if a file's labels, those of this column, are an index, which nobody has chosen to learn.

    Or if the first is text and all others are numbers, as where it is a name that stands above them.
    """
    if len(labels) >= LOOKED_AT and labels.dtype.kind == "i" and chosen.target is None:
        _refuse_index(labels, name, column, chosen)
    if len(labels) > 2 and labels.dtype.kind == "U":
        _refuse_name(labels, name, column)


def warn_of_features(columns: Iterable[tuple[str, np.ndarray]], name: str) -> None:
    """Warn of a file's features, by their names, that count its rows, or name them."""
    for title, values in columns:
        if len(values) >= LOOKED_AT and values.dtype.hasobject and _names_rows(values):
            warn(
                f"{name}: {title} has another text in nearly every row, as names have, of which nothing can be learnt: "
                "name it or its place in the hyperparameter ignore"
            )
        if len(values) >= LOOKED_AT and values.dtype.kind == "f" and _counts_rows(values):
            warn(
                f"{name}: {title} counts the rows, {values[0]:.0f} to {values[-1]:.0f}, and is learnt from: if it is "
                "an index, name it or its place in the hyperparameter ignore"
            )


def _counts_rows(values: np.ndarray) -> bool:
    return values[0] in (0, 1) and all((np.diff(part) == 1).all() for part in (values[:LOOKED_AT], values))


def _names_rows(values: np.ndarray) -> bool:
    """Whether more than nine in ten of the texts are there once; of many rows the first tell, before all are."""
    for part in (values[:SOME], values):
        texts = [text for text in part.tolist() if text]
        if len(texts) < LOOKED_AT or len(set(texts)) * 10 <= len(texts) * 9:
            return False
    return True


def _refuse_index(labels: np.ndarray, name: str, column: int, chosen: ChosenColumns) -> None:
    if _counts_rows(labels):
        raise InputError(
            f"{name}: column {column} counts the rows, {labels[0]} to {labels[-1]}: an index, as to_csv writes it, and "
            f"not labels; {WAY_OUT.format(chosen.ignoring(column))}; if it is what you mean, set target = {column}"
        )
    if len(np.unique(labels[:LOOKED_AT])) == LOOKED_AT and len(np.unique(labels)) == len(labels):
        warn(
            f"{name}: column {column}, which is learnt, has another whole number in each of {len(labels)} rows: if it "
            f"is an index, set the hyperparameter {chosen.ignoring(column)}"
        )


def _refuse_name(labels: np.ndarray, name: str, column: int) -> None:
    """The first label is text, all others are numbers: it stands above them."""
    if is_number(labels[0]) or not all(map(is_number, labels[1:LOOKED_AT])):
        return
    if all(map(is_number, set(labels[1:].tolist()))):
        raise InputError(
            f"{name}: column {column}: the first label is {shown(str(labels[0]))}, and all others are numbers: if the "
            "first line is a header, give it names that are no numbers; if not, mend the label"
        )
