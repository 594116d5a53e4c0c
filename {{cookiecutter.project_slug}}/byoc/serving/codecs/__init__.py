"""Request bodies into rows of numbers, and predictions into response bodies; a module for each format.

Reading is strict: what a model would silently take for something else is refused, naming row and column.
Rows and columns count from 1.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byoc.errors import RequestError
from byoc.serving.codecs import csv_text, json_text, npy, parquet
from byoc.serving.codecs.body import check, without_marks
from byoc.serving.codecs.charsets import in_utf8
from byoc.serving.codecs.records import Record
from byoc.serving.codecs.table import EMPTY, check_finite

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/jsonlines"
NPY = "application/x-npy"
PARQUET = "application/x-parquet"

DECODERS: dict[str, Callable[[bytes, Sequence[str] | None], np.ndarray]] = {
    CSV: csv_text.decode,
    JSON: json_text.decode,
    JSON_LINES: json_text.decode_lines,
    NPY: npy.decode,
    PARQUET: parquet.decode,
}
# The same for a model whose columns differ.
RECORD_DECODERS: dict[str, Callable[[bytes, Record], np.ndarray]] = {
    CSV: csv_text.decode_records,
    JSON: json_text.decode_records,
    JSON_LINES: json_text.decode_record_lines,
    NPY: npy.decode_records,
    PARQUET: parquet.decode_records,
}
ENCODERS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    CSV: csv_text.encode,
    JSON: json_text.encode,
    JSON_LINES: json_text.encode_lines,
    NPY: npy.encode,
}
# The formats of a line a row, with what makes the line that stands for a bad record.
BAD_RECORDS: dict[str, Callable[[str], bytes]] = {
    CSV: csv_text.bad_record,
    JSON_LINES: json_text.bad_record,
}
for alias in ("application/x-jsonlines", "application/x-ndjson"):
    for registry in (DECODERS, RECORD_DECODERS, ENCODERS, BAD_RECORDS):
        registry[alias] = registry[JSON_LINES]

BINARY = (NPY, PARQUET)
NO_LINES = (JSON, *BINARY)


def decode(body: bytes, content_type: str, features: Sequence[str] | None, charset: str = "") -> np.ndarray:
    """Read rows from a request body; text is UTF-8, or else in the charset named.

    Returns float32, shape (rows, len(features)); where the model does not name its features, the first row decides
    how many there are. Raises RequestError: 415 for a content type that is not known, 400 for a body that does not
    hold such rows.
    """
    body = _checked(body, content_type, charset)
    rows = DECODERS[content_type](body, features)
    check_finite(rows, features)
    return rows


def decode_records(body: bytes, content_type: str, record: Record, charset: str = "") -> np.ndarray:
    """Read rows of numbers and categories, as `decode` does rows of numbers; returns the array of codecs/records.py."""
    body = _checked(body, content_type, charset)
    return RECORD_DECODERS[content_type](body, record)


def _checked(body: bytes, content_type: str, charset: str) -> bytes:
    if content_type not in DECODERS:
        raise RequestError(415, f"content type {content_type!r} is not supported; send {one_of(DECODERS)}")
    body = text(body, content_type, charset)
    if not body or body.isspace():
        raise RequestError(400, EMPTY)
    return body


def text(body: bytes, content_type: str, charset: str = "") -> bytes:
    """The body in UTF-8, without byte order marks, or of a binary format as it is.

    Raises RequestError for one that is packed, for lines of text in UTF-16 or UTF-32, and for a charset that is not
    known.
    """
    lines = not (charset or content_type in NO_LINES)  # JSON's parser finds out by itself
    check(body, content_type if lines else "")
    if content_type in BINARY:
        return body
    return without_marks(in_utf8(body, charset) if charset else body)


def header(body: bytes, content_type: str, record: Record) -> bytes:
    """The line with which the body begins, if it names the features and holds no row."""
    return csv_text.header(body, record) if content_type == CSV else b""


def encode(columns: dict[str, Any], content_type: str) -> bytes:
    """Write predictions, one row an input row and in its order.

    `columns` maps an output's name to its values, one for each row, which may be sequences themselves
    (one score for each label).
    """
    return ENCODERS[content_type](columns)


def one_of(names: Sequence[str] | dict[str, Any]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"
