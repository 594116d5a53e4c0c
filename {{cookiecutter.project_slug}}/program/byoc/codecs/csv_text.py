"""CSV: a line a row, no header (B-13); where columns differ, one may come first."""

import csv
import io
import re
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson

from byoc.codecs import table
from byoc.codecs.records import NAN, Record
from byoc.errors import RequestError, RowError

# What numbers are written with; a blank may stand on either side of one.
NUMERALS = b"0123456789+-.eE \t"
FIRST_LINE = re.compile(rb"[^\r\n]*(\r\n|\r|\n|$)")
QUOTED = re.compile('[,"\r\n]|^$')  # an empty cell, too: readers pass over an empty line


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    body = body.rstrip(b"\r\n")
    try:
        return _numbers(body, features)
    except ValueError:
        return table.from_cells(_cells(body), features, float)  # quoted numbers, or the place of the fault


def decode_records(body: bytes, record: Record) -> np.ndarray:
    """An empty cell is a missing value. With a header, the columns may come in any order, and rows count below it."""
    body = body.rstrip(b"\r\n")
    if record.loose:
        try:
            return record.from_numbers(_numbers(body, record.names, missing=True))
        except ValueError:
            pass  # a header, quoted numbers, or a fault, the place of which comes to light below
    cells = _cells(body)
    order = _order(cells[0], record.names)
    if order:
        cells = [[row[column] for column in order] if len(row) == len(order) else row for row in cells[1:]]
    if not cells:
        raise RequestError(400, table.EMPTY)
    return record.from_cells(cells, float, absent="")


def header(body: bytes, record: Record) -> bytes:
    """The first line, if it names all the features and nothing else; or none."""
    line = FIRST_LINE.match(body)[0]
    try:
        return line if _order(_cells(line)[0], record.names) else b""
    except RequestError:  # which a decoder will tell of
        return b""


def _order(cells: list[str], names: list[str]) -> list[int]:
    """Where each of the names is in a header, or nothing if the cells are none."""
    cells = [cell.strip() for cell in cells]
    return [cells.index(name) for name in names] if sorted(cells) == sorted(names) else []


def _numbers(body: bytes, features: Sequence[str] | None, missing: bool = False) -> np.ndarray:
    """All numbers in one go; raises ValueError for all that is not plain numbers, the same count in every line.

    Without its line ends, such CSV is an array in JSON, for which there is a parser many times faster than NumPy's.
    If some may be `missing`, an empty cell, unless it is a whole line, becomes NaN.
    """
    body = body.replace(b"\r\n", b"\n")
    marks = body.translate(None, NUMERALS) + b"\n"
    width = marks.index(b"\n") + 1 if features is None else len(features)
    if marks != (b"," * (width - 1) + b"\n") * (len(marks) // width):
        raise ValueError
    cells = body.replace(b"\n", b",")
    numbers = _with_gaps(cells) if missing and width > 1 else orjson.loads(b"[" + cells + b"]")
    floats = array("f", numbers)  # infinite where too large, without NumPy's warning, which is costly to suppress
    return np.frombuffer(floats, np.float32).reshape(-1, width)


def _with_gaps(cells: bytes) -> list[float]:
    """Numbers between commas, NaN for those that are missing."""
    cells = b"," + cells + b","
    cells = cells.replace(b",,", b",null,").replace(b",,", b",null,")  # again, as neighbours share a comma
    return [NAN if number is None else number for number in orjson.loads(b"[" + cells[1:-1] + b"]")]


def _cells(body: bytes) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), skipinitialspace=True)
        cells = []
        for row in reader:
            if reader.line_num > len(cells) + 1:  # a line is a row, and gets a line in the answer (B-09)
                raise RowError(len(cells) + 1, "has a quoted cell that does not end on its line")
            cells.append(row)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RequestError(400, f"the body is not CSV in UTF-8: {error}") from None
    if not cells:  # a byte order mark alone
        raise RequestError(400, table.EMPTY)
    return cells


def encode(columns: dict[str, Any]) -> bytes:
    if len(columns) == 1:
        (values,) = columns.values()
        if not isinstance(values[0], list):
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
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(text) else text
