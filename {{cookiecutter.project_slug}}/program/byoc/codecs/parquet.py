"""Parquet, where pyarrow is installed: it is larger than all else in the image together, so it is the user's choice."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from byoc.codecs import table
from byoc.errors import RequestError, RowError

MISSING = (
    "content type 'application/x-parquet' needs pyarrow, which is not installed; "
    "add pyarrow to requirements/server.in, run `make lock` and build again"
)

# A few bytes of Parquet can stand for any number of equal values; this many are 1 GB as float32.
MOST_VALUES = 250_000_000


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    """Columns are found by name, in any order; raises RequestError 415 where there is no pyarrow."""
    try:
        import pyarrow  # on first use, because it takes a quarter of a second and 60 MB
        from pyarrow import parquet
    except ImportError:
        raise RequestError(415, MISSING) from None
    try:
        file = parquet.ParquetFile(io.BytesIO(body))
        columns = _columns(file, features)
        content = file.read(use_threads=False)
    except (pyarrow.ArrowException, OSError) as error:
        raise RequestError(400, f"the body is not Parquet: {str(error).splitlines()[0][:200]}") from None
    rows = np.empty((content.num_rows, len(columns)), np.float32)
    for index, name in enumerate(columns):
        rows[:, index] = _numbers(content.column(name), index, features or columns)
    return rows


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


def _numbers(column: Any, index: int, features: Sequence[str]) -> np.ndarray:
    import pyarrow

    kind = column.type
    if not (pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)):
        raise RequestError(400, f"column {index + 1} ({features[index][:80]}) holds {kind}, not numbers")
    if column.null_count:
        row = column.is_null().to_numpy().argmax()
        raise RowError(int(row) + 1, f"{table.cell(index, features)} is null, not a number")
    return table.as_float32(column.to_numpy())
