"""Strategies of hypothesis for requests of any kind: what a client may send, by mistake or on purpose."""

import io
import json

import numpy as np
import pyarrow
from hypothesis import strategies as st
from pyarrow import parquet

from byoc.serving import codecs

CSV, JSON = "text/csv", "application/json"
NUMBER = st.integers() | st.floats() | st.floats(width=32)
ODD_CELLS = ["", "1e39", "1_0", "0x1", "'", '"', " 1 ", "١", "\x00", "nan", "true"]
TEXT = st.text(st.characters(exclude_categories=()), max_size=4)  # lone surrogates too: JSON can hold them
CELL = NUMBER.map(repr) | TEXT | st.sampled_from(ODD_CELLS)
KEY = st.sampled_from(["instances", "x", "\ud800"])
SCALAR = st.none() | st.booleans() | NUMBER | TEXT
VALUE = SCALAR | st.lists(SCALAR, max_size=6) | st.dictionaries(KEY, SCALAR | st.lists(SCALAR, max_size=3))
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=6).map(",".join), min_size=1, max_size=4)
ROWS = st.lists(st.lists(VALUE, max_size=6), max_size=3)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def parquet_file(columns: dict[str, list]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def spoilt(body: bytes) -> st.SearchStrategy[bytes]:
    """The body with a few bytes in the middle replaced."""
    place = st.integers(0, len(body))
    return st.builds(lambda at, patch: body[:at] + patch + body[at + len(patch) :], place, st.binary(max_size=3))


SHAPE = st.lists(st.integers(0, 4), max_size=3).map(tuple)
ARRAY = st.builds(np.ones, SHAPE, st.sampled_from(["f4", ">f8", "i2", "?", "U3", "c8", "M8[s]", "f4,i2"])).map(npy)
FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width", "x"]
COLUMN = st.sampled_from([[1.5, 2], [1, None], [1, 2], ["a", "b"], [float("nan"), 1.0], [[1], [2]]])
COLUMNS = st.lists(st.sampled_from(FEATURES), min_size=1, max_size=5).flatmap(
    lambda names: st.fixed_dictionaries(dict.fromkeys(names, COLUMN))
)
BODY = (
    st.binary(max_size=64)
    | ARRAY
    | ARRAY.flatmap(spoilt)
    | COLUMNS.map(parquet_file).flatmap(lambda body: st.just(body) | spoilt(body))
    | st.lists(VALUE.map(json.dumps), max_size=4).map("\n".join).map(str.encode)
    | TABLE.map("\n".join).map(lambda text: text.encode(errors="surrogatepass"))
    | (VALUE | ROWS | ROWS.map(lambda rows: {"instances": rows})).map(json.dumps).map(str.encode)
)
HEADER = st.binary(max_size=40).map(lambda line: line.decode("latin-1"))
PARAMETERS = st.sampled_from(["", ";q=0.5", ";q=x", "; output=probability", '; output="labels, x"', '; output="'])
CHARSETS = ["; charset=utf-16", ";charset=latin-1", ";charset=gbk", ";charset=punycode", ";charset=x"]
CONTENT_TYPE = st.sampled_from(["", "TEXT/CSV;charset=utf-8", *codecs.DECODERS, *map(CSV.__add__, CHARSETS)]) | HEADER
MEDIA_RANGE = st.sampled_from(["", "*/*", "text/*", *codecs.ENCODERS]).flatmap(
    lambda name: PARAMETERS.map(name.__add__)
)
ACCEPT = st.lists(MEDIA_RANGE, max_size=3).map(",".join) | HEADER
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)
