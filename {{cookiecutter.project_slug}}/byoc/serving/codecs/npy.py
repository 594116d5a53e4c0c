"""NPY, numpy's own format. Nothing is ever unpickled: what is not plain numbers is refused by its header.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from byoc import records
from byoc.errors import RequestError
from byoc.serving.codecs import table
from byoc.serving.codecs.records import Record

HEADER_LENGTH = 1000  # an array of numbers has one of 128 bytes
READ_HEADER = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    return records.as_float32(_values(body, features))


def _values(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    shape, fortran_order, dtype, start = _header(body)
    if dtype.kind not in "iuf":
        raise RequestError(400, f"the array holds {str(dtype)[:80]}; send numbers, best float32")
    if len(shape) != 2 or 0 in shape:
        raise RequestError(400, f"the array has the shape {str(shape)[:80]}; send one of (rows, columns)")
    table.check_width(shape[1], features)
    size = math.prod(shape) * dtype.itemsize
    if len(body) - start != size:
        raise RequestError(400, f"the array should have {size} bytes by its header, but has {len(body) - start}")
    return np.frombuffer(body, dtype, offset=start).reshape(shape, order="F" if fortran_order else "C")


def decode_records(body: bytes, record: Record) -> np.ndarray:
    """NaN is a missing value; raises RequestError 415 for a model that takes text which is no number, too."""
    for feature, known in zip(record.features, record.categories, strict=True):
        if known and not known.numbers:
            raise RequestError(415, f"NPY holds numbers only, but {feature.name[:80]} is text; send CSV or JSON")
    rows = _values(body, record.names)
    if record.loose:
        return record.from_numbers(records.as_float32(rows))
    for column, known in enumerate(record.categories):
        if known:
            record.check_numbers(column, rows[:, column])
    columns = zip(record.categories, rows.T, strict=True)
    return record.from_columns(
        [known.of_numbers(column) if known else records.as_float32(column) for known, column in columns]
    )


def _header(body: bytes) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Shape, order and type of the array, and where its data starts."""
    file = io.BytesIO(body)
    try:
        version = npy_format.read_magic(file)
        return *READ_HEADER[version](file, max_header_size=HEADER_LENGTH), file.tell()
    except KeyError:
        raise RequestError(400, f"the body is NPY of version {version}; send 1.0, which numpy.save writes") from None
    except Exception as error:  # a header is a Python literal: numpy lets through whatever its parsers raise
        raise RequestError(400, f"the body is not NPY: {repr(error)[:200]}") from None


def encode(columns: dict[str, Any]) -> bytes:
    """One output is a plain array, several are a structured one with a field each; texts have a fixed width."""
    arrays = {name: _array(name, values) for name, values in columns.items()}
    if len(arrays) == 1:
        (content,) = arrays.values()
    else:
        fields = [(name, array.dtype, array.shape[1:]) for name, array in arrays.items()]
        content = np.empty(len(next(iter(arrays.values()))), fields)
        for name, array in arrays.items():
            content[name] = array
    file = io.BytesIO()
    np.save(file, content, allow_pickle=False)
    return file.getvalue()


def _array(name: str, values: Any) -> np.ndarray:
    """None among numbers is NaN; raises RequestError 406 for what is no array of one type."""
    try:
        array = np.asarray(values)
        if array.dtype.hasobject and not any(isinstance(value, str | list | dict) for value in array.flat):
            array = array.astype(np.float64)
    except ValueError:  # rows of several lengths
        array = np.empty(0, object)
    if array.dtype.hasobject:
        raise RequestError(406, f"{name} is no array that NPY can hold without pickling; accept another type")
    return array
