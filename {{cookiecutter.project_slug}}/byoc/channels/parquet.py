"""Reads labelled rows from Parquet, if pyarrow is installed: it is larger than most images, so it is optional."""

import json
from collections.abc import Callable, Collection, Iterator
from functools import partial
from io import BufferedReader
from typing import Any

import numpy as np

from byoc import arrow, records
from byoc.channels import indexes
from byoc.channels.chosen import ChosenColumns
from byoc.channels.parsing import NO_LABEL, NONE_MISSING, NOT_FINITE
from byoc.channels.precision import EVERY_WHOLE, Rounded
from byoc.channels.text_columns import MOST_NAMED
from byoc.errors import InputError, listed, shown
from byoc.notices import warn

MAGIC = b"PAR1"
MISSING = (
    "Parquet needs pyarrow, which is not installed; add pyarrow to requirements/algorithm.in, run `make lock` and "
    "build again, or use CSV"
)
ROWS_AT_ONCE = 65_536
LOOKED_AT = 1000  # numbers of each part that may have been rounded


def batches(
    name: str, content: BufferedReader, chosen: ChosenColumns, rounded: Rounded
) -> Iterator[tuple[list[str], list[str], np.ndarray, np.ndarray]]:
    """Parts of the rows: the features' names, the different labels, for each row its index in them (n), the features
    (n × m, float64).

    The first column is the label, text or numbers; the others are numbers. Raises InputError, naming the file, column
    and row, for anything else, and for a stream that cannot be searched, as that of Pipe mode without RecordIO.
    """
    for first, batch in _batches(name, content, chosen):
        label, *features = batch.schema.names
        _check_kinds(batch, name, chosen, lambda _, kind: arrow.is_number(kind))
        numbers = [_numbers(batch.column(n), title, name, first, rounded) for n, title in enumerate(features, start=1)]
        if not numbers:
            raise InputError(f"{name}: a row needs a label and at least one feature; its only column is {shown(label)}")
        yield features, *_labels(batch.column(0), label, name, first), np.column_stack(numbers)


def record_batches(
    name: str, content: BufferedReader, chosen: ChosenColumns, categories: Collection[str] | None, rounded: Rounded
) -> Iterator[tuple[list[str], np.ndarray, list[str], list[np.ndarray]]]:
    """The same for columns that differ: the labels as above, the columns' names, and the columns.

    Those named in `categories` and those of text or booleans are texts (n, object), the others float64, NaN where one
    is missing.
    """
    for first, batch in _batches(name, content, chosen):
        label, *titles = batch.schema.names
        _check_kinds(
            batch, name, chosen, lambda _, kind: arrow.is_number(kind) or arrow.is_text(kind), "text or numbers"
        )
        columns = []
        for column, title in zip(batch.columns[1:], titles, strict=True):
            is_text = title in (categories or ()) or arrow.is_text(arrow.kind(column))
            columns.append(arrow.texts(column) if is_text else _numbers(column, title, name, first, rounded, True))
        yield *_labels(batch.column(0), label, name, first), titles, columns


def _batches(name: str, content: BufferedReader, chosen: ChosenColumns) -> Iterator[tuple[int, Any]]:
    """Parts of the file, the label first, each with the number of its first row."""
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
        file = parquet.ParquetFile(content)
        order = _order(file.schema_arrow, chosen, name)
        for batch in file.iter_batches(ROWS_AT_ONCE):
            yield first, batch.select(order)
            first += batch.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{name}: not Parquet: {str(error).splitlines()[0][:200]}") from None


def _order(schema: Any, chosen: ChosenColumns, name: str) -> list[int]:
    """Where the label and then the features are. The index of a DataFrame, which pandas marks as such, is neither."""
    names = schema.names
    order = chosen.order(names, len(names), name)
    told = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    index = [column for column in order[chosen.target is not None :] if names[column] in told]
    for column in index:
        warn(f"column {shown(names[column])} is the index of a DataFrame, and left out; reset_index makes it a column")
    order = [column for column in order if column not in index]
    features = order[chosen.target is not None :]
    indexes.refuse_named([names[column] for column in features], [column + 1 for column in features], name, chosen)
    return order


def _labels(column: Any, title: str, name: str, first: int) -> tuple[list[str], np.ndarray]:
    import pyarrow

    kind = arrow.kind(column)
    if not (arrow.is_number(kind) or arrow.is_text(kind)):
        raise InputError(f"{name}: column {shown(title)}, the label, holds {str(kind)[:80]}, not text or numbers")
    texts = arrow.plain(column).cast(pyarrow.string())
    absent = {None, "nan"} if pyarrow.types.is_floating(kind) else {None}
    if any(text in absent or not text.strip() for text in texts.unique().to_pylist()):
        bad = (text in absent or not text.strip() for text in texts.to_pylist())
        row = next(row for row, is_bad in enumerate(bad, start=first) if is_bad)
        raise InputError(f"{name}, row {row}, column {shown(title)}: {NO_LABEL}")
    encoded = texts.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()


def _check_kinds(
    batch: Any, name: str, chosen: ChosenColumns, fits: Callable[[str, Any], bool], rule: str = "numbers"
) -> None:
    """Raise InputError for the features of other kinds, all at once, so that what to do about them is whole."""
    kinds = {title: arrow.kind(column) for title, column in zip(batch.schema.names[1:], batch.columns[1:], strict=True)}
    wrong = {title: kind for title, kind in kinds.items() if not fits(title, kind)}
    if not wrong:
        return
    told = listed([f"column {shown(title)} holds {str(kind)[:80]}" for title, kind in wrong.items()])
    it, booleans = "it" if len(wrong) == 1 else "them", [*map(arrow.is_boolean, wrong.values())]
    if all(booleans):
        way_out = f"cast {it} to int8"
    else:
        cast = "cast booleans to int8; " * any(booleans)
        way_out = f"{cast}leave {it} out: {chosen.ignoring(*list(wrong)[:MOST_NAMED])}, or name the label as target"
    raise InputError(f"{name}: {told}, not {rule}; {way_out}")


def _numbers(column: Any, title: str, name: str, first: int, rounded: Rounded, missing: bool = False) -> np.ndarray:
    """float64, with NaN if any may be `missing`."""
    import pyarrow

    numbers = arrow.plain(column).cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False)
    bad = np.isinf(records.as_float32(numbers)) | (np.isnan(numbers) & (not missing))  # null became NaN
    if bad.any():
        place = f"{name}, row {first + int(bad.argmax())}, column {shown(title)}"
        value = numbers[bad][0].item()
        raise InputError(f"{place}: {NONE_MISSING if np.isnan(value) else f'{value!r} is {NOT_FINITE}'}")
    if pyarrow.types.is_integer(arrow.kind(column)):
        for row in np.flatnonzero(np.abs(numbers) >= EVERY_WHOLE).tolist()[:LOOKED_AT]:
            place = partial("{}, row {}, column {}".format, name, first + row, shown(title))
            rounded.look_at(title, str(column[row].as_py()), numbers[row].item(), place)
    return numbers
