"""Parquet in: columns by name, numbers only, and a plain sentence where pyarrow is not installed."""

import io
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import PARQUET
from byoc.serving.codecs import parquet as codec

FEATURES = ["width", "height"]


def written(columns: dict, **options) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", [pa.float32(), pa.float64(), pa.int8(), pa.uint64(), pa.float16()])
def test_columns_are_found_by_name_in_any_order(kind):
    body = written({"height": pa.array([2, 4, 6], kind), "width": pa.array([1, 3, 5], kind)}, row_group_size=2)
    rows = codecs.decode(body, PARQUET, FEATURES)
    assert rows.dtype == np.float32
    assert rows.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_a_model_without_feature_names_takes_the_columns_as_they_come():
    assert codecs.decode(written({"b": [1, 3], "a": [2, 4]}), PARQUET, None).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"width": [1]}, "^the body has no field 'height'; its fields are width, height$"),
        ({"width": [1], "height": [2], "hight": [3]}, "^the body has an unknown field 'hight'; "),
        ({"width": [1], "height": ["2"]}, r"^column 2 \(height\) holds string, not numbers$"),
        ({"width": [True], "height": [2]}, r"^column 1 \(width\) holds bool, not numbers$"),
        ({"width": [1, 2], "height": [2, None]}, r"^row 2, column 2 \(height\) is null, not a number$"),
        ({"width": [1.0], "height": [np.nan]}, r"^row 1, column 2 \(height\) is not a finite float32 number$"),
        ({"width": [1e39], "height": [1.0]}, r"^row 1, column 1 \(width\) is not a finite float32 number$"),
        ({"width": pa.array([], pa.int8()), "height": pa.array([], pa.int8())}, "^the request body is empty"),
    ],
)
def test_what_does_not_fit_the_model_is_refused_by_its_place(columns, message):
    with pytest.raises(RequestError, match=message) as refusal:
        codecs.decode(written(columns), PARQUET, FEATURES)
    assert refusal.value.status == 400


def test_two_columns_of_one_name_are_refused():
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["width", "width"]), file)
    with pytest.raises(RequestError, match=r"^two columns have the same name"):
        codecs.decode(file.getvalue(), PARQUET, FEATURES)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[:-1],
        lambda body: b"PAR1",
        lambda body: b"1,2\n" + body[4:-9],
        lambda body: body.replace(b"width", b"\xcdidth"),  # a name that is not UTF-8
    ],
)
def test_what_is_no_parquet_is_refused_in_one_line(spoil):
    with pytest.raises(RequestError, match=r"^the body is not Parquet: [^\n]+$") as refusal:
        codecs.decode(spoil(written({"width": [1], "height": [2]})), PARQUET, FEATURES)
    assert refusal.value.status == 400


def test_a_small_body_cannot_stand_for_more_values_than_fit_into_memory(monkeypatch):
    monkeypatch.setattr(codec, "MOST_VALUES", 1000)
    body = written({"width": np.zeros(501), "height": np.zeros(501)})
    with pytest.raises(RequestError, match=r"^the body holds 501 rows; send at most 500$") as refusal:
        codecs.decode(body, PARQUET, FEATURES)
    assert refusal.value.status == 413


def test_without_pyarrow_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RequestError, match=r"needs pyarrow, which is not installed; add pyarrow to ") as refusal:
        codecs.decode(b"PAR1", PARQUET, FEATURES)
    assert refusal.value.status == 415
