"""A fast path for CSV without quotes, many cells at a time; ValueError for all else, which csv_text.py parses."""

from array import array
from collections.abc import Sequence

import numpy as np
import orjson

from byoc.records import NAN
from byoc.serving.codecs.categories import Categories
from byoc.serving.codecs.records import Record

# What numbers are written with; a blank may stand on either side of one.
NUMERALS = b"0123456789+-.eE \t"
UNMARKED = bytes(set(range(256)) - set(b',\n\r"'))
# Bytes of a body below which what each column costs is more than row by row would.
MANY = 4096


def numbers(body: bytes, features: Sequence[str] | None, missing: bool = False) -> np.ndarray:
    """Rows of numbers alone, the same count in every line: float32, infinite where too large.

    Without its line ends, such CSV is an array in JSON, for which there is a parser many times faster than NumPy's.
    If some may be `missing`, an empty cell, unless it is a whole line, becomes NaN.
    """
    body = body.replace(b"\r\n", b"\n")
    marks = body.translate(None, NUMERALS) + b"\n"
    width = marks.index(b"\n") + 1 if features is None else len(features)
    _check(marks, width)
    cells = body.replace(b"\n", b",")
    values = _with_gaps(cells) if missing and width > 1 else orjson.loads(b"[" + cells + b"]")
    floats = array("f", values)  # without NumPy's warning of what is too large, which is costly to suppress
    return np.frombuffer(floats, np.float32).reshape(-1, width)


def records(body: bytes, record: Record) -> np.ndarray:
    """Rows whose columns differ, column by column, if there are many; a header may come first."""
    width = len(record.names)
    if len(body) < MANY or width == 1:  # of which an empty line might be a row, or none
        raise ValueError
    body = body.replace(b"\r\n", b"\n")
    _check(body.translate(None, UNMARKED) + b"\n", width)
    cells = body.decode("utf-8-sig").replace("\n", ",").split(",")
    columns = [cells[column::width] for column in range(width)]
    order = record.order([column[0] for column in columns])
    if order:
        columns = [columns[column][1:] for column in order]
    if not columns[0]:  # nothing but a header
        raise ValueError
    found = [_texts(known, cells) if known else None for known, cells in zip(record.categories, columns, strict=True)]
    rest = [column for column, texts in enumerate(found) if texts is None]
    if rest:
        lines = "\n".join(",".join(columns[column]) for column in rest)
        for column, values in zip(rest, numbers(lines.encode(), columns[0], missing=True), strict=True):
            found[column] = values
    return record.from_columns(found)


def _check(marks: bytes, width: int) -> None:
    if marks != (b"," * (width - 1) + b"\n") * (len(marks) // width):
        raise ValueError


def _with_gaps(cells: bytes) -> list[float]:
    """Numbers between commas, NaN for those that are missing."""
    cells = b"," + cells + b","
    cells = cells.replace(b",,", b",null,").replace(b",,", b",null,")  # again, as neighbours share a comma
    return [NAN if number is None else number for number in orjson.loads(b"[" + cells[1:-1] + b"]")]


def _texts(known: Categories, cells: list[str]) -> list[str]:
    texts = {cell: known.text(cell) for cell in set(cells)}  # categories repeat themselves
    return [texts[cell] for cell in cells]
