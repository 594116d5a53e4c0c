"""Request bodies into rows of numbers, and predictions into response bodies.

Reading is strict: what a model would silently take for something else is refused, naming row and column.
Rows and columns count from 1.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byoc.errors import RequestError

CSV = "text/csv"
JSON = "application/json"
EMPTY = "the request body is empty; send at least one row"


def decode(body: bytes, content_type: str, features: Sequence[str] | None) -> np.ndarray:
    """Read rows from a request body.

    Returns float32, shape (rows, len(features)); where the model does not name its features, the first row decides
    how many there are. Raises RequestError: 415 for a content type that is not known, 400 for a body that does not
    hold such rows.
    """
    if content_type not in DECODERS:
        raise RequestError(415, f"content type {content_type!r} is not supported; send {' or '.join(DECODERS)}")
    if not body.strip():
        raise RequestError(400, EMPTY)
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is refused as such
        rows = DECODERS[content_type](body, features)
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        raise RequestError(400, f"{_cell(row, column, features)} is not a finite float32 number")
    return rows


def _decode_csv(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    try:
        rows = np.array([line.split(b",") for line in body.rstrip().splitlines()], dtype=np.float32)
        if features is None or rows.shape[1] == len(features):
            return rows
    except ValueError:
        pass
    return _rows(_csv_cells(body), features, float)  # quoted numbers, or the place of the fault


def _csv_cells(body: bytes) -> list[list[str]]:
    try:
        cells = list(csv.reader(io.StringIO(body.decode("utf-8-sig").rstrip(), newline=""), skipinitialspace=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RequestError(400, f"the body is not CSV in UTF-8: {error}") from None
    if not cells:  # a byte order mark alone
        raise RequestError(400, EMPTY)
    return cells


def _decode_json(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(400, f"the body is not JSON: {error}") from None
    if isinstance(content, dict) and "instances" in content:
        content = content["instances"]
    if not isinstance(content, list) or not content:
        raise RequestError(400, 'send a list of rows, or {"instances": [rows]}; a row is a list or an object')
    rows = [_in_order(row, number, features) for number, row in enumerate(content, start=1)]
    return _rows(rows, features, _json_number)


def _in_order(row: Any, number: int, features: Sequence[str] | None) -> list[Any]:
    if isinstance(row, list):
        return row
    if not isinstance(row, dict):
        raise RequestError(400, f"row {number} is neither a list nor an object, but {json.dumps(row)[:40]}")
    if features is None:
        raise RequestError(400, f"row {number} is an object, but the model does not name its features; send a list")
    unknown, missing = row.keys() - set(features), set(features) - row.keys()
    if unknown or missing:
        fault = f"an unknown field {min(unknown)!r}" if unknown else f"no field {min(missing)!r}"
        raise RequestError(400, f"row {number} has {fault}; its fields are {_names(features)}")
    return [row[name] for name in features]


def _json_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    return float(value)


def _rows(cells: list[list[Any]], features: Sequence[str] | None, number: Callable[[Any], float]) -> np.ndarray:
    width = len(cells[0] if features is None else features)
    expected = f"row 1 has {width}" if features is None else f"the model takes {width}: {_names(features)}"
    rows = []
    for index, row in enumerate(cells):
        if len(row) != width:
            raise RequestError(400, f"row {index + 1} has {len(row)} columns, but {expected}")
        for column, value in enumerate(row):
            try:
                rows.append(number(value))
            except (ValueError, OverflowError):
                shown = json.dumps(value, ensure_ascii=False)[:40]
                raise RequestError(400, f"{_cell(index, column, features)} is {shown}, not a number") from None
    return np.array(rows).astype(np.float32).reshape(len(cells), width)


def _cell(row: int, column: int, features: Sequence[str] | None) -> str:
    place = f"row {row + 1}, column {column + 1}"
    return f"{place} ({features[column][:80]})" if features else place


def _names(features: Sequence[str]) -> str:
    names = ", ".join(features[:20])
    return names if len(features) <= 20 else f"{names}, … ({len(features)} in all)"


def encode(columns: dict[str, Any], content_type: str) -> bytes:
    """Write predictions, one row an input row and in its order.

    `columns` maps an output's name to its values, one for each row, which may be sequences themselves
    (one score for each label).
    """
    return ENCODERS[content_type](columns)


def _encode_csv(columns: dict[str, Any]) -> bytes:
    if len(columns) == 1:
        (values,) = columns.values()
        if not isinstance(values[0], list):
            return ("\n".join([_csv_cell(value) for value in values]) + "\n").encode()
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for row in zip(*columns.values(), strict=True):
        writer.writerow([cell for value in row for cell in (value if isinstance(value, list) else [value])])
    return lines.getvalue().encode()


def _csv_cell(value: Any) -> str:
    text = str(value)  # an empty one in quotes: readers pass over an empty line
    return '"' + text.replace('"', '""') + '"' if not text or any(mark in text for mark in ',"\r\n') else text


def _encode_json(columns: dict[str, Any]) -> bytes:
    if len(columns) == 1:
        (predictions,) = columns.values()
    else:
        predictions = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return json.dumps({"predictions": predictions}, ensure_ascii=False).encode() + b"\n"


DECODERS: dict[str, Callable[[bytes, Sequence[str] | None], np.ndarray]] = {CSV: _decode_csv, JSON: _decode_json}
ENCODERS: dict[str, Callable[[dict[str, Any]], bytes]] = {CSV: _encode_csv, JSON: _encode_json}
