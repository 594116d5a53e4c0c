"""Requests become rows of numbers, or are refused by place (S-40)."""

from unittest import mock

import numpy as np
import pytest

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, JSON, JSON_LINES, plain_csv

FEATURES = ["width", "height"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (CSV, b"1,2\n3.5,-4e0\n"),
        (CSV, b"1,2\r\n3.5,-4e0"),
        (CSV, b"\xef\xbb\xbf1,2\n3.5,-4e0\n\n"),
        (CSV, b' 1, 2\n"3.5","-4"\n'),
        (JSON, b'{"instances": [[1, 2], [3.5, -4]]}'),
        (JSON, b"[[1, 2], [3.5, -4]]"),
        (JSON, b'[{"width": 1, "height": 2}, {"height": -4, "width": 3.5}]'),
        (JSON, b'{"instances": [{"height": 2, "width": 1}, [3.5, -4.0]], "unknown": null}'),
        (JSON, '{"instances": [[1, 2], [3.5, -4]]}'.encode("utf-16")),
        (JSON, b'{"instances": [{"features": [1, 2]}, {"features": [3.5, -4.0]}]}'),
        (JSON, b'{"instances": [{"data": {"features": {"values": [1, 2]}}}, {"features": {"values": [3.5, -4]}}]}'),
        (JSON, b'[{"features": [1, 2]}, [3.5, -4]]'),
        (JSON_LINES, b'{"features": [1, 2]}\n{"features": [3.5, -4]}\n'),
        (JSON_LINES, b'{"data": {"features": {"values": [1, 2], "shape": [2]}}}\n{"features": {"values": [3.5, -4]}}'),
        (JSON_LINES, b"[1, 2]\n[3.5, -4]"),
        (JSON_LINES, b"\xef\xbb\xbf[1, 2]\r\n[3.5, -4]\r\n"),
        (JSON_LINES, b'{"width": 1, "height": 2}\n{"height": -4, "width": 3.5}\n'),
        ("application/x-jsonlines", b"[1, 2]\n[3.5, -4]\n"),
        ("application/x-ndjson", b"[1, 2]\n[3.5, -4]\n"),
    ],
)
@pytest.mark.parametrize("features", [FEATURES, None], ids=["named", "unnamed"])
def test_every_form_of_a_request_gives_the_same_rows(content_type, body, features):
    if features is None and b"width" in body:
        with pytest.raises(RequestError, match="row 1 is an object, but the model does not name its features"):
            codecs.decode(body, content_type, None)
        return
    rows = codecs.decode(body, content_type, features)
    assert rows.dtype == np.float32
    assert rows.tolist() == [[1, 2], [3.5, -4]]


@pytest.mark.parametrize("number", ["0.1", "16777217", "3.4028235e38", "-1e-46", "1e-400", "0.10000000149011611938476"])
def test_a_number_is_rounded_to_float32_as_numpy_does_in_every_form(number):
    bodies = [(f"{number},1", CSV), (f'"{number}",1', CSV), (f"[[{number}, 1]]", JSON)]
    expected = np.float64(number).astype(np.float32)
    assert [codecs.decode(body.encode(), kind, FEATURES)[0, 0] for body, kind in bodies] == [expected] * 3


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (CSV, "", "the request body is empty"),
        (CSV, " \r\n", "the request body is empty"),
        (CSV, "\ufeff", "the request body is empty"),
        (JSON, "\n", "the request body is empty"),
        (CSV, "1,2\n3,x", r'^row 2, column 2 \(height\) is "x", not a number$'),
        (CSV, "1,2\n,4", r'^row 2, column 1 \(width\) is "", not a number$'),
        (CSV, "1,true", r'^row 1, column 2 \(height\) is "true", not a number$'),
        (CSV, "1,2\n3", "^row 2 has 1 columns, but the model takes 2: width, height$"),
        (CSV, "1,2,3\n1,2,3", "^row 1 has 3 columns, but the model takes 2: width, height$"),
        (CSV, "1,2\n\n3,4", "^row 2 has 0 columns"),
        (CSV, "1,2\n \n", "^row 2 has 1 columns"),
        (CSV, '1,2\n"3\n",4', "^row 2 has a quoted cell that does not end on its line$"),
        (CSV, '1,2\n"3,4', "^row 2 has a quoted cell that does not end on its line$"),
        (CSV, '1,2\n3,"4\r\n', "^row 2 has a quoted cell that does not end on its line$"),
        (CSV, "1,2\n3,nan", r"^row 2, column 2 \(height\) is not a finite float32 number$"),
        (CSV, "inf,2", r"^row 1, column 1 \(width\) is not a finite float32 number$"),
        (CSV, "1,1e39", r"^row 1, column 2 \(height\) is not a finite float32 number$"),
        (CSV, '1,"1e39"', r"^row 1, column 2 \(height\) is not a finite float32 number$"),
        (JSON, "[[1, 1e39]]", r"^row 1, column 2 \(height\) is not a finite float32 number$"),
        (JSON, "[[1, NaN]]", r"^row 1, column 2 \(height\) is not a finite float32 number$"),
        (JSON, "[[1, -Infinity]]", r"^row 1, column 2 \(height\) is not a finite float32 number$"),
        (JSON, f"[[1, 2], [1, 1{'0' * 400}]]", r"^row 2, column 2 \(height\) is 1000000*, not a number$"),
        (JSON, f"[[1, 1{'0' * 5000}]]", "^the body is not JSON: "),
        (JSON, "[[1, true]]", r"^row 1, column 2 \(height\) is true, not a number$"),
        (JSON, "[[1, null]]", r"^row 1, column 2 \(height\) is null, not a number$"),
        (JSON, '[[1, "2"]]', r'^row 1, column 2 \(height\) is "2", not a number$'),
        (JSON, "[[1, [2]]]", r"^row 1, column 2 \(height\) is \[2\], not a number$"),
        (JSON, "[[1, 2], 3]", "^row 2 is neither a list nor an object, but 3; a row is \\[values\\]$"),
        (JSON, '[{"width": 1}]', "^row 1 has no field 'height'; its fields are width, height$"),
        (JSON, '[{"width": 1, "height": 2, "hight": 3}]', "^row 1 has an unknown field 'hight'; its fields are "),
        (JSON, "[[1, 2, 3]]", "^row 1 has 3 columns, but the model takes 2: width, height$"),
        (JSON, "[]", '^send a list of rows, or {"instances": '),
        (JSON, '{"inputs": [[1, 2]]}', '^send a list of rows, or {"instances": '),
        (JSON, "{}", '^send a list of rows, or {"instances": '),
        (JSON, '{"instances": {}}', '^send a list of rows, or {"instances": '),
        (JSON_LINES, "\ufeff", "the request body is empty"),
        (JSON_LINES, "[1, 2]\n[3,", "^row 2 is not JSON: "),
        (JSON_LINES, "[1, 2]\n\n[3, 4]", "^row 2 is not JSON: "),
        (JSON_LINES, "[1, 2],[3, 4]\n", "^row 1 is not JSON: "),
        (JSON_LINES, "[1\n2]", "^row 1 is not JSON: "),
        (JSON_LINES, "[1, 2]\n" + "[" * 100_000, "^row 2 is not JSON: "),
        (JSON_LINES, "[1, 2]\n5", "^row 2 is neither a list nor an object, but 5; a row is \\[values\\]$"),
        (JSON_LINES, '{"width": 1}', "^row 1 has no field 'height'; its fields are width, height$"),
        (JSON, "5", '^send a list of rows, or {"instances": '),
        (JSON, '[{"features": [1]}]', "^row 1 has 1 columns, but the model takes 2: width, height$"),
        (JSON, '[{"features": [1, "x"]}]', r'^row 1, column 2 \(height\) is "x", not a number$'),
        (JSON, '[{"features": 1}]', "^row 1 has an unknown field 'features'; its fields are width, height$"),
        (JSON, '[{"features": [1, 2], "id": 7}]', r'^row 1 is .*; send {"features": \[values\]}, each value'),
        (JSON_LINES, '{"features": {"keys": [0], "shape": [2], "values": [1]}}', r'^row 1 is .*; send {"features": '),
        (JSON_LINES, '{"data": {}}', r'^row 1 is {"data": {}}; send {"features": '),
        (JSON, "[[1, 2]", "^the body is not JSON: "),
        (JSON, "[" * 100_000, "^the body is not JSON: "),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_a_body_that_holds_no_such_rows_is_refused_by_its_place(content_type, body, message):
    with pytest.raises(RequestError, match=message) as refusal:
        codecs.decode(body.encode(), content_type, FEATURES)
    assert refusal.value.status == 400


def test_one_record_alone_may_be_the_whole_of_a_json_body():
    for body in (b'{"features": [1, 2]}', b'{"data": {"features": {"values": [1, 2]}}}'):
        assert codecs.decode(body, JSON, FEATURES).tolist() == [[1, 2]]
        assert codecs.decode(body, JSON, None).tolist() == [[1, 2]]
    assert codecs.decode(b'{"height": 2, "width": 1}', JSON, FEATURES).tolist() == [[1, 2]]
    with pytest.raises(RequestError, match=r"^row 1 has an unknown field 'Width'; its fields are width, height$"):
        codecs.decode(b'{"height": 2, "Width": 1}', JSON, FEATURES)


def test_a_feature_may_be_called_features():
    assert codecs.decode(b'[{"features": 1, "data": 2}]', JSON, ["features", "data"]).tolist() == [[1, 2]]


def test_rows_of_a_model_without_feature_names_must_be_as_long_as_the_first():
    with pytest.raises(RequestError, match=r"^row 2 has 3 columns, but row 1 has 2$"):
        codecs.decode(b"1,2\n3,4,5", CSV, None)
    with pytest.raises(RequestError, match=r'^row 1, column 2 is "x", not a number$'):
        codecs.decode(b"1,x", CSV, None)


FAULTS = [
    None,
    "x",
    "",
    "1e",
    "1_0",
    "0x1",
    "1 2",
    "1,2",
    "1,2,3",
    "1\n2",
    "1\n2\n3",
    "\r2",
    "\u0661",
    "nan",
    "inf",
    "-",
]


@pytest.mark.parametrize(("delimiter", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize("row", ["1_2", "1,5_2,5", "width_height\n1_2"])
def test_another_delimiter_than_the_comma_is_named(delimiter, name, row):
    with pytest.raises(RequestError, match=f"^row 1 has {name} between its columns; send commas, and a point in numb"):
        codecs.decode(row.replace("_", delimiter).encode(), CSV, FEATURES)


@pytest.mark.parametrize("cell", [*FAULTS, "1.", ".5", "+1", "007", '"7"', " 8\t", "true", "null", "[1]", "1e400"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("features", [FEATURES, None], ids=["named", "unnamed"])
def test_numbers_are_read_in_one_go_as_cell_by_cell(monkeypatch, cell, end, features):
    lines = [f"{number / 7},{-number}e3" for number in range(300)]
    lines[100:100] = [] if cell is None else [f"0.1,{cell}"]
    body = end.join(lines).encode()
    found = outcome(body, features)
    monkeypatch.setattr(plain_csv, "numbers", mock.Mock(side_effect=ValueError))
    assert outcome(body, features) == found
    assert isinstance(found, str) or len(found) == len(lines)


def outcome(body: bytes, features: list[str] | None) -> list | str:
    try:
        return codecs.decode(body, CSV, features).tolist()
    except RequestError as error:
        return str(error)
