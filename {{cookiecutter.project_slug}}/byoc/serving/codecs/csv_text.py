"""CSV: a line a row, without a header (B-13); a header may come first where columns have names and categories."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from byoc.channels.delimited.formats import DELIMITERS
from byoc.channels.parsing import number
from byoc.errors import RequestError, RowError
from byoc.records import NAN, NO_VALUE
from byoc.serving.codecs import plain_csv, table
from byoc.serving.codecs.header import Header
from byoc.serving.codecs.records import Record

FIRST_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n|$)")
QUOTED = re.compile('[,"\r\n]|^$')  # an empty cell, too: readers pass over an empty line


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    body = body.rstrip(b"\r\n")
    try:
        return plain_csv.numbers(body, features)
    except ValueError:
        cells = _cells(body)  # quoted numbers, or the place of the fault
        if features:
            _check_delimiter(body, cells[0], len(features))
        if features and Header(features).order(cells[0]):
            raise RowError(1, "is a header, which a model of numbers alone does not take; send rows only") from None
        return table.from_cells(cells, features, number)


def decode_records(body: bytes, record: Record) -> np.ndarray:
    """An empty cell is a missing value, and so is what pandas takes for one. With a header, the columns may come in any
    order, and rows count below it.
    """
    body = body.rstrip(b"\r\n")
    if record.texts_only:
        _check_header_comes_once(body, record)
    if record.loose:
        try:
            return record.from_numbers(plain_csv.numbers(body, record.names, missing=True))
        except ValueError:
            pass  # a header, quoted numbers, or a fault
    try:
        return plain_csv.records(body, record)
    except ValueError:
        pass  # few rows, quoted cells, or a fault, the place of which comes to light below
    cells = _cells(body)
    _check_delimiter(body, cells[0], len(record.names))
    order = record.order(cells[0])
    if order:
        cells = [[row[column] for column in order] if len(row) == len(order) else row for row in cells[1:]]
    if not cells:
        raise RequestError(400, table.EMPTY)
    return record.from_cells(cells, _number, absent="")


def _number(cell: str) -> float:
    return NAN if cell.strip() in NO_VALUE else number(cell)


def header(body: bytes, record: Record) -> bytes:
    """The first line, if it names all the features and nothing else; or none."""
    line = FIRST_LINE.match(body)[0]
    try:
        return line if record.order(_cells(line)[0]) else b""
    except RequestError:  # which a decoder will tell of
        return b""


def _check_header_comes_once(body: bytes, record: Record) -> None:
    """Where files were joined, one may begin in the middle; where all columns are text, its header could be a row."""
    first = FIRST_LINE.match(body)[0].rstrip(b"\r\n")
    for line in filter(None, (first, ",".join(record.names).encode())):
        start = body.find(b"\n" + line, len(first)) + 1
        if (
            start
            and body[start + len(line) : start + len(line) + 1] in (b"", b"\r", b"\n")
            and record.order(_cells(line)[0])
        ):
            row = body.count(b"\n", 0, start) + (not header(body, record))
            raise RowError(row, "is a header again; send it once, or rows only")


def _check_delimiter(body: bytes, cells: list[str], width: int) -> None:
    """Raise RowError if the first line is no row by its commas, but by another delimiter or within quotes."""
    line, found = FIRST_LINE.match(body)[0], len(cells)
    if found == 1 < width == cells[0].count(",") + 1:
        raise RowError(1, "is in quotes as a whole, which makes one cell of it; send it without them")
    for delimiter, what in DELIMITERS.items():
        if found != width and line.count(delimiter.encode()) == width - 1 > 0:
            raise RowError(1, f"has {what} between its columns; send commas, and a point in numbers")


def _cells(body: bytes) -> list[list[str]]:
    try:
        lines = chain(io.StringIO(body.decode("utf-8-sig"), newline=""), [""])  # a last one, for a quote that is open
        reader = csv.reader(lines, skipinitialspace=True)
        cells = []
        for row in reader:
            if reader.line_num > len(cells) + 1:  # a line is a row, and gets a line in the answer (B-09)
                raise RowError(len(cells) + 1, "has a quoted cell that does not end on its line")
            cells.append(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RequestError(400, f"the body is not CSV in UTF-8: {error}") from None
    cells.pop()  # of the line that was added
    if not cells:  # a byte order mark alone
        raise RequestError(400, table.EMPTY)
    return cells


def encode(columns: dict[str, Any]) -> bytes:
    if len(columns) == 1:
        (values,) = columns.values()
        if values and not isinstance(values[0], list):
            if isinstance(values[0], str):  # labels repeat themselves, so each is looked at once
                cells = {label: _cell(label) for label in set(values)}
                return ("\n".join([cells[label] for label in values]) + "\n").encode()
            return ("\n".join(map(_cell, values)) + "\n").encode()
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in zip(*columns.values(), strict=True):
        writer.writerow([cell for value in row for cell in (value if isinstance(value, list) else [value])])
    return lines.getvalue().encode()


def bad_record(reason: str) -> bytes:
    return b"ERROR\n"


def line(values: Iterable[Any]) -> str:
    """A row as one sends it."""
    return ",".join(map(_cell, values)) + "\n"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(text) else text
