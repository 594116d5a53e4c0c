"""Reads labelled rows from Parquet, if pyarrow is installed: it is larger than most images, so it is optional."""

from collections.abc import Collection, Iterator
from functools import partial
from io import BufferedReader
from typing import Any

import numpy as np

from byoc import arrow, records
from byoc.channels.parsing import NONE_MISSING, NOT_FINITE
from byoc.errors import InputError

MAGIC = b"PAR1"
MISSING = (
    "Parquet needs pyarrow, which is not installed; add pyarrow to requirements/algorithm.in, run `make lock` and "
    "build again, or use CSV"
)
ROWS_AT_ONCE = 65_536


def batches(name: str, content: BufferedReader) -> Iterator[tuple[list[str], np.ndarray, np.ndarray]]:
    """Parts of the rows: the different labels, for each row its index in them (n), the features (n × m, float64).

    The first column is the label, text or numbers; the others are numbers. Raises InputError, naming the file, column
    and row, for anything else, and for a stream that cannot be searched, as that of Pipe mode without RecordIO.
    """
    for first, batch in _batches(name, content):
        label, *features = batch.schema.names
        numbers = [_numbers(batch.column(n), title, name, first) for n, title in enumerate(features, start=1)]
        if not numbers:
            raise InputError(f"{name}: a row needs a label and at least one feature; its only column is {label!r}")
        yield *_labels(batch.column(0), label, name, first), np.column_stack(numbers)


def record_batches(
    name: str, content: BufferedReader, categories: Collection[str] | None
) -> Iterator[tuple[list[str], np.ndarray, list[str], list[np.ndarray]]]:
    """The same for columns that differ: the labels as above, the columns' names, and the columns.

    Those named in `categories` and those of text or booleans are texts (n, object), the others float64, NaN where one
    is missing.
    """
    for first, batch in _batches(name, content):
        label, *titles = batch.schema.names
        columns = []
        for column, title in zip(batch.columns[1:], titles, strict=True):
            is_text = title in (categories or ()) or arrow.is_text(arrow.kind(column))
            read = _texts if is_text else partial(_numbers, missing=True)
            columns.append(read(column, title, name, first))
        yield *_labels(batch.column(0), label, name, first), titles, columns


def _batches(name: str, content: BufferedReader) -> Iterator[tuple[int, Any]]:
    """Parts of the file, each with the number of its first row."""
    try:
        import pyarrow  # on first use, because few jobs need it
        from pyarrow import parquet
    except ImportError:
        raise InputError(f"{name}: {MISSING}") from None
    if not content.seekable():
        raise InputError(
            f"{name}: Parquet cannot come through a pipe as it is; use RecordWrapperType=RecordIO or FastFile"
        )
    first = 1
    try:
        for batch in parquet.ParquetFile(content).iter_batches(ROWS_AT_ONCE):
            yield first, batch
            first += batch.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{name}: not Parquet: {str(error).splitlines()[0][:200]}") from None


def _labels(column: Any, title: str, name: str, first: int) -> tuple[list[str], np.ndarray]:
    import pyarrow

    kind = arrow.kind(column)
    if not (arrow.is_number(kind) or arrow.is_text(kind)):
        raise InputError(f"{name}: column {title!r}, the label, holds {kind}, not text or numbers")
    texts = arrow.plain(column).cast(pyarrow.string())
    absent = {None, "nan"} if pyarrow.types.is_floating(kind) else {None}
    if any(text in absent or not text.strip() for text in texts.unique().to_pylist()):
        bad = (text in absent or not text.strip() for text in texts.to_pylist())
        row = next(row for row, is_bad in enumerate(bad, start=first) if is_bad)
        raise InputError(f"{name}, row {row}, column {title!r}: the label is missing")
    encoded = texts.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()


def _numbers(column: Any, title: str, name: str, first: int, missing: bool = False) -> np.ndarray:
    """float64, with NaN if any may be `missing`."""
    import pyarrow

    kind = arrow.kind(column)
    nothing = missing and pyarrow.types.is_null(kind)
    if not (arrow.is_number(kind) or nothing):
        way = "cast it to int8" if pyarrow.types.is_boolean(kind) else "the first column is the label"
        raise InputError(f"{name}: column {title!r} holds {kind}, not numbers; {way}")
    numbers = arrow.plain(column).cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False)
    bad = np.isinf(records.as_float32(numbers)) | (np.isnan(numbers) & (not missing))  # null became NaN
    if bad.any():
        place = f"{name}, row {first + int(bad.argmax())}, column {title!r}"
        value = numbers[bad][0].item()
        raise InputError(f"{place}: {NONE_MISSING if np.isnan(value) else f'{value!r} is {NOT_FINITE}'}")
    return numbers


def _texts(column: Any, title: str, name: str, first: int) -> np.ndarray:
    kind = arrow.kind(column)
    if not (arrow.is_text(kind) or arrow.is_number(kind)):
        raise InputError(f"{name}: column {title!r} holds {kind}, not text or numbers; leave it out")
    return arrow.texts(column)
