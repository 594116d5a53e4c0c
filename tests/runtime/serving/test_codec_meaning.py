"""What a request means by names, by infinity and by what stands beside its rows: the same in every format, or a 400."""

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, JSON, JSON_LINES, NPY, PARQUET
from byoc.serving.codecs.records import Record
from byoc.signature import Feature

NAMES = ["size", "grade"]
SIZE, GRADE = Feature("size", "float32", 1.0, True), Feature("grade", "str", "1", True, ("1", "2.5"))
# Rows of numbers; numbers of which some may be missing; one of them a category; one that none may miss.
MODELS = {
    "numbers": NAMES,
    "loose": Record([SIZE, Feature("grade", "float32", 1.0, True)]),
    "mixed": Record([SIZE, GRADE]),
    "strict": Record([Feature("size", "float32", 1.0), Feature("grade", "str", "1", False, ("1", "2.5"))]),
}


def decode(body: bytes, content_type: str, model: Any) -> list[tuple]:
    if isinstance(model, list):
        return [*map(tuple, codecs.decode(body, content_type, model).tolist())]
    return codecs.decode_records(body, content_type, model).tolist()


def array(rows: list) -> bytes:
    content = io.BytesIO()
    np.save(content, np.array(rows, np.float64))
    return content.getvalue()


def table(columns: dict) -> bytes:
    content = io.BytesIO()
    parquet.write_table(pa.table(columns), content)
    return content.getvalue()


def lines(rows: list) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


INFINITE = {
    "csv": (CSV, lambda rows: "\n".join(f"{a},{b}" for a, b in rows).encode()),
    "json": (JSON, lambda rows: json.dumps({"instances": rows}).encode()),
    "objects": (JSON, lambda rows: json.dumps([dict(zip(NAMES, row, strict=True)) for row in rows]).encode()),
    "features": (JSON_LINES, lambda rows: lines([{"features": row} for row in rows])),
    "lines": (JSON_LINES, lines),
    "npy": (NPY, array),
    "parquet": (PARQUET, lambda rows: table(dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True)))),
}


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("form", INFINITE)
@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("count", [1, 3000])
def test_infinity_is_refused_by_row_and_column_wherever_it_is_a_number(form, model, value, column, count):
    content_type, write = INFINITE[form]
    rows = [[1.0, 2.5]] * count + [[value, 1.0] if column == 0 else [1.0, value]]
    told = (
        rf"^row {count + 1}, column {column + 1} \({NAMES[column]}\) is (not a finite float32 number|-?Infinity, not)"
    )
    if form == "csv" and model in ("mixed", "strict") and column:  # all cells are texts there
        assert decode(write(rows), content_type, MODELS[model])[-1] == (1.0, str(value))
        return
    with pytest.raises(RequestError, match=told):
        decode(write(rows), content_type, MODELS[model])


@pytest.mark.parametrize("cell", ["Infinity", "+inf", "-INF", "1e999"])
@pytest.mark.parametrize("model", MODELS)
def test_so_is_every_way_to_write_it_in_csv(cell, model):
    with pytest.raises(RequestError, match=r"^row 1, column 1 \(size\) is not a finite float32 number$"):
        decode(f"{cell},1\n".encode(), CSV, MODELS[model])


@pytest.mark.parametrize("form", ["json", "lines", "npy", "parquet"])
def test_nan_is_a_missing_category_where_one_may_be_missing(form):
    content_type, write = INFINITE[form]
    rows = [[1.0, 2.5], [2.0, float("nan")]]
    assert decode(write(rows), content_type, MODELS["mixed"]) == [(1.0, "2.5"), (2.0, "")]
    with pytest.raises(
        RequestError, match=r"^row 2, column 2 \(grade\) is (not a finite float32 number|NaN, not text)"
    ):
        decode(write(rows), content_type, MODELS["strict"])


BACKWARDS = {
    "csv": (CSV, lambda count: b"grade,size\n" + b"1,5\n" * count),
    "json": (JSON, lambda count: json.dumps({"instances": [{"grade": 1, "size": 5}] * count}).encode()),
    "one object": (JSON, lambda count: b'{"grade": 1, "size": 5}'),
    "lines": (JSON_LINES, lambda count: lines([{"grade": 1, "size": 5}] * count)),
    "parquet": (PARQUET, lambda count: table({"grade": [1] * count, "size": [5] * count})),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("form", BACKWARDS)
@pytest.mark.parametrize("count", [1, 2000])
def test_values_go_to_the_columns_that_are_named_above_or_beside_them(form, model, count):
    content_type, write = BACKWARDS[form]
    if (form, model) == ("csv", "numbers"):  # whose rows come without a header, in the model's order
        with pytest.raises(RequestError, match=r"^row 1 is a header, which a model of numbers alone does not take"):
            decode(write(count), content_type, NAMES)
        return
    row = (5.0, "1" if model in ("mixed", "strict") else 1.0)
    assert decode(write(count), content_type, MODELS[model]) == [row] * (1 if form == "one object" else count)


TWICE = [
    (JSON, '{"size": 1, "size": 2, "grade": 1}', "the body", "size"),
    (JSON, '[{"size": 1, "grade": 1}, {"size": 1, "grade" : 2.5, "grade": 1}]', "the body", "grade"),
    (JSON, '{"instances": [[1, 1]], "instances": [[2, 1]]}', "the body", "instances"),
    (JSON, '{"instances": [{"features": [1, 1], "features": [2, 1]}]}', "the body", "features"),
    (JSON, '[{"data": {"features": {"values": [1, 1], "values": [2, 1]}}}]', "the body", "values"),
    (JSON_LINES, '{"size": 1, "grade": 1}\n{"size": 1, "size": 1, "grade": 1}', "row 2", "size"),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("content_type", "body", "where", "name"), TWICE)
def test_a_name_that_an_object_has_twice_is_refused_by_its_name(content_type, body, where, name, model):
    with pytest.raises(RequestError) as refusal:
        decode(body.encode(), content_type, MODELS[model])
    told = f"{where} has the name '{name}' twice in one object; give each name once"
    assert (refusal.value.status, str(refusal.value)) == (400, told)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("space", ["", " ", "\n"])
def test_names_that_come_once_in_each_object_are_read_however_they_are_written(encoding, space):
    """Also with colons in texts, which are counted to find names that come twice."""
    model = Record([Feature("a:b", "str", "x", True), Feature('c":', "float32", 1.0)])
    rows = [{"a:b": '12:30":', 'c":': 1}, {'c":': 2, "a:b": "::"}]
    body = json.dumps(rows, separators=(",", f"{space}:{space}")).encode(encoding)
    assert decode(body, JSON, model) == [('12:30":', 1), ("::", 2)]


@pytest.mark.parametrize(
    ("more", "name"),
    [('"parameters": {"top_k": 1}', "parameters"), ('"configuration": {"num_samples": 5}', "configuration"),
     ('"signature_name": "x", "params": [0.5]', "params")],
)  # fmt: skip
def test_what_would_be_passed_over_beside_the_rows_is_refused(more, name):
    with pytest.raises(RequestError, match=rf"^'{name}' beside 'instances' has no effect here: .*; leave it out$"):
        decode(f'{{"instances": [[1, 1]], {more}}}'.encode(), JSON, NAMES)


@pytest.mark.parametrize("more", ['"signature_name": "serving_default"', '"parameters": {}', '"id": 7'])
def test_what_changes_nothing_is_not(more):
    assert decode(f'{{"instances": [[1, 1]], {more}}}'.encode(), JSON, NAMES) == [(1, 1)]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("body", ['"1,2"\n', '"1,2"\n"3,4"\n', '"1,2"', '"size,grade"\n"1,2"\n'])
def test_rows_in_quotes_as_a_whole_are_refused_as_such(model, body):
    with pytest.raises(RequestError, match=r"^row 1 is in quotes as a whole, which makes one cell of it; send it "):
        decode(body.encode(), CSV, MODELS[model])
