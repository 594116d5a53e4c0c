"""Batch transform: a line for a line, in order, in pieces, and with what stands for a bad record (B-02 to B-11)."""

import csv
import io
import json

import pytest

from byoc.serving import batch
from byoc.serving.batch import execution_parameters
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

CSV, LINES = "text/csv", "application/jsonlines"
BATCH = {"SAGEMAKER_BATCH": "True"}
TEXT = 'a\n"%d",\r\nb'  # as a model may answer
# A model that tells its rows apart, and how many of them it was given at a time.
HANDLERS = """
class Model:
    feature_names = ["width", "height"]
    calls = []

    def predict(self, rows):
        self.calls.append(len(rows))
        return rows[:, 0]

def model_fn(model_dir):
    return Model()
"""


@pytest.fixture
def predictor(tmp_path, predictor_py):
    def load(more: str = "", **environment: str) -> Predictor:
        return Predictor(tmp_path, Settings.from_environment(environment), predictor_py(HANDLERS + more))

    return load


@pytest.fixture(params=[1 << 20, 10], ids=["in one piece", "in many pieces"])
def piece(request, monkeypatch) -> int:
    monkeypatch.setattr(batch, "PIECE", request.param)
    return request.param


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("last", [True, False], ids=["ended", "unended"])
@pytest.mark.parametrize("environment", [{}, BATCH], ids=["endpoint", "batch"])
@pytest.mark.parametrize("kind", [CSV, LINES])
def test_n_lines_give_n_lines_in_their_order(predictor, piece, count, end, last, environment, kind):
    row = "{},2" if kind == CSV else "[{}, 2]"
    body = end.join(row.format(number) for number in range(count)) + end * last
    answer = predictor(**environment).respond(body.encode(), kind, CSV)
    assert (answer.status, answer.content_type) == (200, CSV)
    assert answer.body == "".join(f"{number}.0\n" for number in range(count)).encode()


@pytest.mark.parametrize("kind", [CSV, LINES])
def test_texts_with_line_feeds_are_a_record_each_in_their_order(predictor, piece, kind):
    """Quoted in CSV; in JSON Lines each is one line, which is what a job that joins lines needs."""
    source = f"def predict_fn(data, model): return [{TEXT!r} % row for row in data[:, 0]]\n"
    loaded = predictor(source, **BATCH)
    body = "".join("x,2\n" if number == 7 else f"{number},2\n" for number in range(20))
    answer = loaded.respond(body.encode(), CSV, kind).body.decode()
    if kind == CSV:
        found = [cells for (cells,) in csv.reader(io.StringIO(answer, newline=""))]
    else:
        found = [record.get("predictions", "ERROR") for record in map(json.loads, answer.splitlines())]
    assert found == ["ERROR" if number == 7 else TEXT % number for number in range(20)]


def test_a_large_body_is_worked_through_in_pieces_of_whole_lines(predictor, monkeypatch):
    monkeypatch.setattr(batch, "PIECE", 8)
    loaded = predictor()
    assert loaded.respond(b"1,2\n3,4\n5,6\n7777777,8888888\n9,10", CSV, "").status == 200
    assert loaded._model.calls == [2, 1, 1, 1]


def test_a_body_in_another_charset_is_cut_at_its_lines_too(predictor, piece):
    body = "1,2\n3,4\n5,6\n".encode("utf-16")
    assert predictor().respond(body, "text/csv; charset=utf-16", "").body == b"1.0\n3.0\n5.0\n"


BAD_ROWS = [b"1,2", b"x,2", b"3,4", b"", b" ", b"5", b"nan,1", b"6,7,8", b"\xff,1", b'"1,2', b"8,9"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=repr)
def test_in_a_batch_an_error_stands_in_the_place_of_each_bad_record(predictor, piece, end):
    answer = predictor(**BATCH).respond(end.join(BAD_ROWS), CSV, "")
    assert answer.status == 200
    assert answer.body.split() == [b"1.0", b"ERROR", b"3.0", *[b"ERROR"] * 7, b"8.0"]
    assert answer.remark == 'marked 8 bad records, the first: row 2, column 1 (width) is "x", not a number'


def test_in_json_lines_the_error_tells_its_reason_and_place(predictor, piece):
    answer = predictor(**BATCH).respond(b"[1, 2]\n[1\n[2, 2]\n[3]\n", LINES, "")
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert lines[::2] == [{"predictions": 1}, {"predictions": 2}]
    assert lines[1]["error"].startswith("row 2 is not JSON: ")
    assert lines[3] == {"error": "row 4 has 1 columns, but the model takes 2: width, height"}


def test_every_reason_names_the_row_in_the_whole_body(predictor, piece):
    rows = [b"[1]" if number in (3, 4, 20, 27, 30, 33) else b"[1, 2]" for number in range(1, 34)]
    answer = predictor(**BATCH).respond(b"\n".join(rows), LINES, "")
    errors = [json.loads(line).get("error", "") for line in answer.body.splitlines()]
    assert all(error.startswith(f"row {number} has") for number, error in enumerate(errors, 1) if error)
    assert list(map(bool, errors)) == [row == b"[1]" for row in rows]


def test_elsewhere_a_bad_record_is_refused_by_its_row_in_the_whole_body(predictor, piece):
    for body, reason in [(b"1,2\n" * 9 + b"1,x", 'row 10, column 2 (height) is "x", not a number'),
                         (b"1,2\r3,4\n" * 9 + b"1,x", 'row 19, column 2 (height) is "x", not a number'),
                         (b"1,2\n" * 9 + b"\n1,2", "row 10 ")]:  # fmt: skip
        answer = predictor().respond(body, CSV, "")
        assert answer.status == 400
        assert answer.body.decode().startswith(reason)


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n\n"])
def test_an_empty_body_is_refused_in_a_batch_too(predictor, body):
    assert predictor(**BATCH).respond(body, CSV, "").status == 400


def test_what_has_no_lines_is_refused_whole(predictor, piece):
    assert predictor(**BATCH).respond(b"[[1, 2], [3]]", "application/json", CSV).status == 400
    assert predictor(**BATCH).respond(b"1,2\n3", CSV, "application/json").status == 400
    assert predictor(**BATCH).respond(b"1,2\n3,4", CSV, "application/json").body == b'{"predictions": [1.0, 3.0]}\n'


def test_a_wrong_accept_and_a_fault_of_the_model_are_no_bad_records(predictor, piece):
    assert predictor(**BATCH).respond(b"1,2", CSV, "image/png").status == 406
    assert predictor("\ndef predict_fn(data, model): 1 / 0", **BATCH).respond(b"1,2", CSV, "").status == 500


def test_handlers_of_the_users_own_get_the_body_whole(predictor, piece):
    handler = "\nimport numpy\ndef input_fn(body, content_type): return numpy.array([[len(body)]])"
    assert predictor(handler, **BATCH).respond(b"1,2\n3\n" * 9, CSV, CSV).body == b"54\n"


@pytest.mark.parametrize(
    ("environment", "concurrent", "strategy", "payload"),
    [
        ({}, 3, "MULTI_RECORD", 6),
        ({"SAGEMAKER_MODEL_SERVER_WORKERS": "40"}, 16, "MULTI_RECORD", 6),
        ({"SAGEMAKER_MODEL_SERVER_THREADS": "2"}, 6, "MULTI_RECORD", 6),
        ({"SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "8"}, 8, "MULTI_RECORD", 6),
        ({"SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "8", "SAGEMAKER_MAX_PAYLOAD_IN_MB": "30"}, 3, "MULTI_RECORD", 30),
        ({"SAGEMAKER_MAX_PAYLOAD_IN_MB": "0"}, 1, "MULTI_RECORD", 0),
        ({"SAGEMAKER_MAX_PAYLOAD_IN_MB": "1000"}, 1, "MULTI_RECORD", 100),
        ({"SAGEMAKER_BATCH_STRATEGY": "Single_Record"}, 3, "SINGLE_RECORD", 6),
    ],
)
def test_the_execution_parameters_keep_to_what_sagemaker_allows(environment, concurrent, strategy, payload):
    settings = Settings.from_environment({"SAGEMAKER_MODEL_SERVER_WORKERS": "3"} | environment)
    expected = {"MaxConcurrentTransforms": concurrent, "BatchStrategy": strategy, "MaxPayloadInMB": payload}
    assert execution_parameters(settings) == expected


@pytest.mark.parametrize(("spelt", "told"), [("true", True), ("True", False)])
def test_only_the_sdks_local_mode_is_told_no_strategy(monkeypatch, spelt, told):
    monkeypatch.setenv("SAGEMAKER_BATCH", spelt)
    assert ("BatchStrategy" in execution_parameters(Settings.from_environment())) is told
