"""Categories in requests of every format: what is equal to one of training is that one, as the signature spells it."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs.records import Record
from byoc.signature import Feature

GRADE = Feature("grade", "str", "1", True, ("1", "2.5", "123456789"))
OPEN = Feature("open", "str", "True", True, ("False", "True"))
SIZE = Feature("size", "float32", 1.0, True)
COLOUR = Feature("colour", "str", "red", True, ("blue", "red"))


def decode(body: bytes, content_type: str, *features: Feature) -> list[tuple]:
    rows = codecs.decode_records(body, content_type, Record(features)).tolist()
    return [tuple(None if value != value else value for value in row) for row in rows]


def table(**columns) -> bytes:
    content = io.BytesIO()
    parquet.write_table(pa.table(columns), content)
    return content.getvalue()


def array(rows: list, dtype: str) -> bytes:
    content = io.BytesIO()
    np.save(content, np.array(rows, dtype))
    return content.getvalue()


@pytest.mark.parametrize("lines", [1, 1000], ids=["few lines", "many lines"])
def test_csv(lines):
    body = "1.0,true\n 2.50 ,TRUE\n+123456789,False\nNA,\n3.0,perhaps\n" * lines
    rows = [("1", "True"), ("2.5", "True"), ("123456789", "False"), ("", ""), ("3.0", "perhaps")]
    assert decode(body.encode(), codecs.CSV, GRADE, OPEN) == rows * lines


@pytest.mark.parametrize("lines", [1, 1000], ids=["few lines", "many lines"])
@pytest.mark.parametrize(
    ("other", "cell", "value"), [(COLOUR, "red", "red"), (Feature("age", "float32", 1.0, True), "7", 7)]
)
def test_what_pandas_takes_for_missing_is_so_among_numbers_of_csv(lines, other, cell, value):
    body = "".join(f"{size},{cell}\n" for size in ("1.5", "NA", " nan ", "<NA>", "")) * lines
    assert decode(body.encode(), codecs.CSV, SIZE, other) == [(1.5, value), *[(None, value)] * 4] * lines


def test_csv_of_a_model_that_misses_nothing_refuses_it():
    strict = Feature("size", "float32", 1.0)
    with pytest.raises(RequestError, match=r"row 1, column 1 \(size\)"):
        decode(b"NA,red\n", codecs.CSV, strict, COLOUR)


@pytest.mark.parametrize("content_type", [codecs.JSON, codecs.JSON_LINES])
def test_json(content_type):
    rows = [[1, True], [1.0, False], [2.5, "true"], ["2.50", "False"], [123456789, None], [None, "TRUE"], ["NA", ""]]
    body = json.dumps(rows) if content_type == codecs.JSON else "\n".join(map(json.dumps, rows))
    assert decode(body.encode(), content_type, GRADE, OPEN) == [
        ("1", "True"),
        ("1", "False"),
        ("2.5", "True"),
        ("2.5", "False"),
        ("123456789", ""),
        ("", "True"),
        ("", ""),
    ]


@pytest.mark.parametrize(
    ("feature", "value", "shown"), [(COLOUR, 1, "1"), (COLOUR, True, "true"), (GRADE, True, "true"), (OPEN, 1, "1")]
)
def test_json_of_another_kind_than_the_categories_is_refused(feature, value, shown):
    with pytest.raises(RequestError, match=rf"row 1, column 1 \({feature.name}\) is {shown}, not text"):
        decode(json.dumps([[value]]).encode(), codecs.JSON, feature)


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.float32(), pa.string()])
def test_parquet(kind):
    grades = pa.array(["1.0", None] if kind == pa.string() else [1, None], kind)
    body = table(grade=grades, open=pa.array([True, None]))
    assert decode(body, codecs.PARQUET, GRADE, OPEN) == [("1", "True"), ("", "")]


def test_parquet_of_another_kind_than_the_categories_is_refused():
    for values, kind in (([1], "int64"), ([True], "bool")):
        with pytest.raises(RequestError, match=rf"column 1 \(colour\) holds {kind}, not text"):
            decode(table(colour=values), codecs.PARQUET, COLOUR)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_npy_of_numbers_goes_where_categories_are_numbers(dtype):
    rows = [[1, 1.5], [2.5, np.nan], [np.nan, 3]]
    assert decode(array(rows, dtype), codecs.NPY, GRADE, SIZE) == [("1", 1.5), ("2.5", None), ("", 3)]


def test_npy_keeps_every_digit_of_a_category():
    assert decode(array([[123456789, 2]], "int64"), codecs.NPY, GRADE, SIZE) == [("123456789", 2)]


def test_a_category_that_the_model_spells_otherwise_is_told_as_it_does():
    brought = Feature("grade", "str", "1.0", True, ("1.0", "NA", "yes"))
    assert decode(b"1\n1.0\nNA\nN/A\n", codecs.CSV, brought) == [("1.0",), ("1.0",), ("NA",), ("NA",)]


def test_a_model_of_which_no_category_is_known_is_given_texts_as_they_are():
    brought = Feature("grade", "str", "a", True)
    assert decode(b"1.0\n NA\ntrue\n", codecs.CSV, brought) == [("1.0",), ("NA",), ("true",)]
