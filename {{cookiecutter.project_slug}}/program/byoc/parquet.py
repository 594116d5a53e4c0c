"""Labelled rows from Parquet, where pyarrow is installed: it is larger than most images, so it is the user's choice."""

from collections.abc import Iterator
from io import BufferedReader
from typing import Any

import numpy as np

from byoc.errors import InputError

MAGIC = b"PAR1"
MISSING = (
    "Parquet needs pyarrow, which is not installed; add pyarrow to requirements/algorithm.in, run `make lock` and "
    "build again, or use CSV"
)
ROWS_AT_ONCE = 65_536


def batches(name: str, content: BufferedReader) -> Iterator[tuple[list[str], np.ndarray, np.ndarray]]:
    """Parts of the rows: the different labels, for each row its index in them (n), the features (n × m, float64).

    The first column is the label, text or whole numbers; the others are numbers. Raises InputError, naming the file,
    column and row, for anything else, and for a stream that cannot be searched, as that of Pipe mode without RecordIO.
    """
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
            label, *features = batch.schema.names
            numbers = [_numbers(batch.column(n), title, name, first) for n, title in enumerate(features, start=1)]
            if not numbers:
                raise InputError(f"{name}: a row needs a label and at least one feature; its only column is {label!r}")
            labels = _labels(batch.column(0), label, name, first)
            yield labels.dictionary.to_pylist(), labels.indices.to_numpy(), np.column_stack(numbers)
            first += batch.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{name}: not Parquet: {str(error).splitlines()[0][:200]}") from None


def _labels(column: Any, title: str, name: str, first: int) -> Any:
    import pyarrow

    kind = column.type.value_type if pyarrow.types.is_dictionary(column.type) else column.type
    if not (pyarrow.types.is_integer(kind) or pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
        raise InputError(f"{name}: column {title!r}, the label, holds {kind}, not text or whole numbers")
    texts = column.cast(pyarrow.string())
    blank = [text is None or not text.strip() for text in texts.unique().to_pylist()]
    if any(blank):
        row = next(n for n, text in enumerate(texts.to_pylist(), start=first) if text is None or not text.strip())
        raise InputError(f"{name}, row {row}, column {title!r}: the label is missing")
    return texts.dictionary_encode()


def _numbers(column: Any, title: str, name: str, first: int) -> np.ndarray:
    import pyarrow

    kind = column.type
    if not (pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)):
        raise InputError(f"{name}: column {title!r} holds {kind}, not numbers; the first column is the label")
    numbers = column.to_numpy(zero_copy_only=False).astype(np.float64)  # null becomes NaN
    if not np.isfinite(numbers).all():
        row = first + int(np.isfinite(numbers).argmin())
        raise InputError(f"{name}, row {row}, column {title!r}: every feature must be a finite number")
    return numbers
