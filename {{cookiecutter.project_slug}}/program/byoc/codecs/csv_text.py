"""CSV: a line a row, no header (B-13)."""

import csv
import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from byoc.codecs import table
from byoc.errors import RequestError, RowError

# From this many bytes on, looking at the whole body at once is faster than at line after line.
LARGE = 2000
COMMA, NEWLINE = b",\n"


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    body = body.rstrip(b"\r\n")
    try:
        if len(body) >= LARGE:
            return _numbers(body, features)
        rows = np.array([line.split(b",") for line in body.splitlines()], dtype=np.float32)
        if features is None or rows.shape[1] == len(features):
            return rows
    except ValueError:
        pass
    return table.from_cells(_cells(body), features, float)  # quoted numbers, or the place of the fault


def _numbers(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    """All numbers in one go; raises ValueError for all that is not plain numbers, the same count in every line."""
    body = body.replace(b"\r\n", b"\n") + b"\n"
    if b"\r" in body:
        raise ValueError
    width = body[: body.index(b"\n")].count(b",") + 1 if features is None else len(features)
    characters = np.frombuffer(body, np.uint8)
    marks = characters[(characters == COMMA) | (characters == NEWLINE)].reshape(-1, width)
    if (marks[:, -1] != NEWLINE).any() or (marks[:, :-1] != COMMA).any():
        raise ValueError
    numbers = np.fromstring(body[:-1].replace(b"\n", b","), dtype=np.float32, sep=",")
    return numbers.reshape(marks.shape)


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
            # Labels repeat themselves, so each is looked at once.
            cell = cache(_cell) if len(values) > 9 and isinstance(values[0], str) else _cell
            return ("\n".join([cell(value) for value in values]) + "\n").encode()
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in zip(*columns.values(), strict=True):
        writer.writerow([cell for value in row for cell in (value if isinstance(value, list) else [value])])
    return lines.getvalue().encode()


def bad_record(reason: str) -> bytes:
    return b"ERROR\n"


def _cell(value: Any) -> str:
    text = str(value)  # an empty one in quotes: readers pass over an empty line
    return '"' + text.replace('"', '""') + '"' if not text or any(mark in text for mark in ',"\r\n') else text
