"""Parquet, if pyarrow is installed: it is larger than all else in the image together, so it is optional."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from byoc import arrow, records
from byoc.errors import RequestError, RowError
from byoc.serving.codecs import table
from byoc.serving.codecs.categories import Categories
from byoc.serving.codecs.records import Record

MISSING = (
    "content type 'application/x-parquet' needs pyarrow, which is not installed; "
    "add pyarrow to requirements/server.in, run `make lock` and build again"
)

# A few bytes of Parquet can stand for any number of equal values; this many are 1 GB as float32.
MOST_VALUES = 250_000_000


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    """Columns are found by name, in any order; raises RequestError 415 where there is no pyarrow."""
    content, columns = _content(body, features)
    rows = np.empty((content.num_rows, len(columns)), np.float32)
    for index, name in enumerate(columns):
        rows[:, index] = _numbers(content.column(name), index, features or columns)
    return rows


def decode_records(body: bytes, record: Record) -> np.ndarray:
    """The same for columns that differ; null is a missing value."""
    content, names = _content(body, record.names)
    columns = []
    for index, (feature, known) in enumerate(zip(record.features, record.categories, strict=True)):
        column = content.column(feature.name)
        if known:
            columns.append(_texts(column, index, names, feature.missing, known))
            if arrow.is_number(arrow.kind(column)):
                record.check_numbers(index, arrow.plain(column).to_numpy())
        else:
            columns.append(_numbers(column, index, names, feature.missing))
    return record.from_columns(columns)


def _content(body: bytes, features: Sequence[str] | None) -> tuple[Any, list[str]]:
    """The whole table, and the names of its columns in the model's order."""
    try:
        import pyarrow  # on first use, because it takes a quarter of a second and 60 MB
        from pyarrow import parquet
    except ImportError:
        raise RequestError(415, MISSING) from None
    try:
        file = parquet.ParquetFile(io.BytesIO(body))
        columns = _columns(file, features)
        content = file.read(use_threads=False)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:  # the last: of a column's name
        raise RequestError(400, f"the body is not Parquet: {str(error).splitlines()[0][:200]}") from None
    return content, columns


def _columns(file: Any, features: Sequence[str] | None) -> list[str]:
    found = file.schema_arrow.names
    if len(set(found)) < len(found):
        raise RequestError(400, "two columns have the same name; each must have its own")
    fault = features and table.check_fields(found, features)
    if fault:
        raise RequestError(400, f"the body {fault}")
    if file.metadata.num_rows == 0 or not found:
        raise RequestError(400, table.EMPTY)
    if file.metadata.num_rows * len(found) > MOST_VALUES:
        most = MOST_VALUES // len(found)
        raise RequestError(413, f"the body holds {file.metadata.num_rows} rows; send at most {most}")
    return list(features or found)


def _numbers(column: Any, index: int, features: Sequence[str], missing: bool = False) -> np.ndarray:
    import pyarrow

    nothing = missing and pyarrow.types.is_null(column.type)
    if not (arrow.is_number(column.type) or nothing):
        raise RequestError(400, f"column {index + 1} ({features[index][:80]}) holds {column.type}, not numbers")
    _check_nulls(column, index, features, missing, "a number")
    return records.as_float32(column.cast(pyarrow.float64()).to_numpy() if nothing else column.to_numpy())


def _texts(column: Any, index: int, features: Sequence[str], missing: bool, known: Categories) -> np.ndarray:
    kind = arrow.kind(column)
    may_be = arrow.is_text(kind) and (known.booleans or not arrow.is_boolean(kind))
    if not (may_be or (known.numbers and arrow.is_number(kind))):
        raise RequestError(400, f"column {index + 1} ({features[index][:80]}) holds {kind}, not text")
    _check_nulls(column, index, features, missing, "text")
    try:
        return known.of_texts(arrow.texts(column.combine_chunks()))
    except UnicodeDecodeError:
        raise RequestError(400, f"column {index + 1} ({features[index][:80]}) holds text that is not UTF-8") from None


def _check_nulls(column: Any, index: int, features: Sequence[str], missing: bool, rule: str) -> None:
    if column.null_count and not missing:
        row = column.is_null().to_numpy().argmax()
        raise RowError(int(row) + 1, f"{table.cell(index, features)} is null, not {rule}")
