"""Rows of numbers and categories come out the same of every format, or are refused by place (S-40, S-43)."""

import io
import math

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, JSON, JSON_LINES, NPY, PARQUET
from byoc.serving.codecs.records import Record
from byoc.signature import Feature
from mixed_rows import FEATURES, LOOSE, RECORD, shown

NUMBERS = Record((FEATURES[0], FEATURES[2]))
ROWS = [(1.5, "red", 3.0), (-2.0, "", None), (0.0, "a, b", 1.0)]


def written(columns: dict) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def npy(rows: list) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array(rows))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (CSV, b'1.5,red,3\n-2,,\n0,"a, b",1\n'),
        (CSV, b'\xef\xbb\xbf1.5, red ,3\r\n-2,"",\r\n0,"a, b","1"'),
        (CSV, b'width,colour,age\n1.5,red,3\n-2,,\n0,"a, b",1\n'),
        (CSV, b'\xef\xbb\xbf"age",colour , width\r\n3,red,1.5\r\n,,-2\r\n1,"a, b",0\r\n'),
        (CSV, b'1.5,red,3\n-2,,nan\n0,"a, b",1\n'),
        (JSON, b'[[1.5, "red", 3], [-2, null, null], [0, " a, b", 1]]'),
        (JSON, b'{"instances": [[1.5, "red", 3], {"age": null, "colour": "", "width": -2}, [0, "a, b", 1.0]]}'),
        (JSON, b'{"instances": [{"features": [1.5, "red", 3]}, {"features": [-2, "", null]}, [0, "a, b", 1]]}'),
        (JSON_LINES, b'{"features": [1.5, "red", 3]}\n{"features": [-2, null, null]}\n{"features": [0, "a, b", 1]}'),
        (JSON_LINES, b'[1.5, "red", 3]\n{"age": NaN, "colour": null, "width": -2}\n[0, "a, b", 1]\n'),
        ("application/x-ndjson", b'[1.5, "red", 3]\n[-2, "", null]\n[0, "a, b", 1]'),
        (PARQUET, written({"age": [3, None, 1], "width": [1.5, -2.0, 0.0], "colour": ["red ", None, "a, b"]})),
        (
            PARQUET,
            written(
                {
                    "width": [1.5, -2.0, 0.0],
                    "age": [3.0, math.nan, 1.0],
                    "colour": pa.array(["red", "", "a, b"]).dictionary_encode(),
                }
            ),
        ),
    ],
)
def test_every_form_of_a_request_gives_the_same_records(content_type, body):
    records = codecs.decode_records(body, content_type, RECORD)
    assert [records.dtype[name] for name in records.dtype.names] == [np.float32, object, np.float32]
    assert shown(records) == ROWS


def test_numbers_of_which_some_are_missing_come_as_npy_too():
    assert shown(codecs.decode_records(npy([[1.5, math.nan], [2, 3]]), NPY, NUMBERS)) == [(1.5, None), (2, 3)]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (CSV, b"1.5,\n,-3e2\n,\n2,3"),
        (CSV, b"1.5,\r\n,-3e2\r\n,\r\n2,3\r\n"),
        (CSV, b'\xef\xbb\xbf1.5, \n"",-3e2\n,nan\n"2",3'),
        (CSV, b"age,width\n,1.5\n-3e2,\n,\n3,2\n"),
        (JSON, b'[[1.5, null], {"age": -300, "width": null}, [null, NaN], [2, 3]]'),
        (JSON_LINES, b"[1.5, null]\n[null, -3e2]\n[null, null]\n[2, 3]"),
        (NPY, npy([[1.5, math.nan], [math.nan, -300], [math.nan, math.nan], [2, 3]])),
        (PARQUET, written({"age": [None, -300, None, 3], "width": [1.5, None, math.nan, 2]})),
    ],
)
def test_every_form_of_numbers_any_of_which_may_be_missing_gives_the_same(content_type, body):
    records = codecs.decode_records(body, content_type, LOOSE)
    assert records.dtype == [("width", np.float32), ("age", np.float32)]
    assert shown(records) == [(1.5, None), (None, -300), (None, None), (2, 3)]


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (CSV, b"1,2\n,x", r'^row 2, column 2 \(age\) is "x", not a number$'),
        (CSV, b"1,2\n,1e39", r"^row 2, column 2 \(age\) is not a finite float32 number$"),
        (CSV, b"1,2\n-inf,", r"^row 2, column 1 \(width\) is not a finite float32 number$"),
        (CSV, b"1,2\n\n3,4", "^row 2 has 0 columns, but the model takes 2: width, age$"),
        (CSV, b"1,2\n,,", "^row 2 has 3 columns, but the model takes 2: width, age$"),
        (JSON, b'[[1, 2], [null, ""]]', r'^row 2, column 2 \(age\) is "", not a number$'),
        (JSON, b"[[1, 2], [true, 1]]", r"^row 2, column 1 \(width\) is true, not a number$"),
        (JSON, b"[[1, 2], [1e39, 1]]", r"^row 2, column 1 \(width\) is not a finite float32 number$"),
        (NPY, npy([[1, 2], [math.nan, math.inf]]), r"^row 2, column 2 \(age\) is not a finite float32 number$"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_numbers_that_do_not_fit_are_refused_by_their_place(content_type, body, message):
    with pytest.raises(RequestError, match=message) as refusal:
        codecs.decode_records(body, content_type, LOOSE)
    assert refusal.value.status == 400


def test_an_empty_line_is_no_row_whose_only_number_is_missing():
    with pytest.raises(RequestError, match=r"^row 2 has 0 columns, but the model takes 1: n$"):
        codecs.decode_records(b"1\n\n2", CSV, Record([Feature("n", "float32", 1, True)]))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1"])
def test_text_is_read_in_the_charset_named(charset):
    assert shown(codecs.decode_records("1,größe,".encode(charset), CSV, RECORD, charset)) == [(1, "größe", None)]


def test_a_column_without_any_value_is_missing_throughout():
    body = written({"width": [1.0], "colour": pa.nulls(1), "age": pa.nulls(1)})
    assert shown(codecs.decode_records(body, PARQUET, RECORD)) == [(1, "", None)]


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (CSV, b" \n", "^the request body is empty"),
        (CSV, b"width,colour,age\n", "^the request body is empty"),
        (CSV, b"1,5;red;3\n", "^row 1 has semicolons between its columns; send commas, and a point in numbers$"),
        (CSV, b"width\tcolour\tage\n1\tred\t3\n", "^row 1 has tabs between its columns; send commas, and a point"),
        (CSV, b'1,red,3\n1,"red,3\n', "^row 2 has a quoted cell that does not end on its line$"),
        (CSV, b"1,red,3\n,red,3", r'^row 2, column 1 \(width\) is "", not a number$'),
        (CSV, b"age,width,colour\n1,x,red", r'^row 1, column 1 \(width\) is "x", not a number$'),
        (CSV, b"width,colour,age\n1,red,3\n1,red", "^row 2 has 2 columns, but the model takes 3: width, colour, age$"),
        (CSV, b"width,color,age\n1,red,3", "^row 1 looks like a header, but has an unknown field 'color'; its "),
        (CSV, b"nan,red,3", r"^row 1, column 1 \(width\) is not a finite float32 number$"),
        (CSV, b"1,red,inf", r"^row 1, column 3 \(age\) is not a finite float32 number$"),
        (CSV, b"1,red,1e39", r"^row 1, column 3 \(age\) is not a finite float32 number$"),
        (CSV, b"\xff,red,1", "^the body is not CSV in UTF-8: "),
        (JSON, b'[[1, 2, 3]]', r"^row 1, column 2 \(colour\) is 2, not text$"),
        (JSON, b'[[1, true, 3]]', r"^row 1, column 2 \(colour\) is true, not text$"),
        (JSON, rb'[[1, "\ud800", 3]]', r'^row 1, column 2 \(colour\) is "\ud800", not text$'),
        (JSON, b'[[null, "red", 3]]', r"^row 1, column 1 \(width\) is null, not a number$"),
        (JSON, b'[[1, "red", "3"]]', r'^row 1, column 3 \(age\) is "3", not a number$'),
        (JSON, b'[[1, "red", 1e39]]', r"^row 1, column 3 \(age\) is not a finite float32 number$"),
        (JSON, b'[{"width": 1, "colour": "red"}]', "^row 1 has no field 'age'; its fields are width, colour, age$"),
        (JSON_LINES, b'[1, "red", 3]\n5', "^row 2 is neither a list nor an object, but 5; a row is \\[values\\]$"),
        (JSON_LINES, b'[1, "red", 3]\n[1, "red"]', "^row 2 has 2 columns, but the model takes 3: width, colour, age$"),
        (PARQUET, written({"width": [1], "colour": [2], "age": [3]}), r"^column 2 \(colour\) holds int64, not text$"),
        (PARQUET, written({"width": ["1"], "colour": ["2"], "age": [3]}), r"^column 1 \(width\) holds string, not num"),
        (PARQUET, written({"width": [1, None], "colour": ["", ""], "age": [3, 4]}),
         r"^row 2, column 1 \(width\) is null, not a number$"),
        (PARQUET, written({"width": [1.0], "colour": [""], "age": [math.inf]}),
         r"^row 1, column 3 \(age\) is not a finite float32 number$"),
        (PARQUET, written({"width": [1], "colour": pa.array([b"\xff"]).view(pa.string()), "age": [3]}),
         r"^column 2 \(colour\) holds text that is not UTF-8$"),
        (PARQUET, b"PAR1", "^the body is not Parquet: "),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_what_does_not_fit_is_refused_by_its_place(content_type, body, message):
    with pytest.raises(RequestError, match=message) as refusal:
        codecs.decode_records(body, content_type, RECORD)
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("content_type", "body"),
    [(CSV, b"\n1,"), (JSON, b'[[1, ""]]'), (JSON, b"[[1, null]]"), (PARQUET, written({"n": [1], "t": [" "]}))],
)
def test_a_category_that_must_be_there_is_refused_if_it_is_not(content_type, body):
    record = Record((Feature("n", "float32", 1), Feature("t", "str", "a")))
    with pytest.raises(RequestError, match=r'^row \d, column 2 \(t\) is ("[ ]*"|null), not text$|^row 1 has 0 columns'):
        codecs.decode_records(body, content_type, record)


def test_npy_cannot_hold_text_and_says_so():
    with pytest.raises(RequestError, match=r"^NPY holds numbers only, but colour is text; send CSV") as refusal:
        codecs.decode_records(npy([[1, 2, 3]]), NPY, RECORD)
    assert refusal.value.status == 415


def test_a_type_that_is_not_known_is_refused_as_ever():
    with pytest.raises(RequestError, match=r"^content type 'image/png' is not supported; send text/csv, "):
        codecs.decode_records(b"x", "image/png", RECORD)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    ("line", "is_header"),
    [(b"width,colour,age", True), (b'\xef\xbb\xbf"age", width,colour', True), (b"1,red,3", False), (b"\xff", False)],
)
def test_a_header_is_the_line_that_names_the_features(line, is_header, end):
    assert codecs.header(line + end + b"1,red,3\n", CSV, RECORD) == (line + end if is_header else b"")
    assert codecs.header(line + end, JSON_LINES, RECORD) == b""
