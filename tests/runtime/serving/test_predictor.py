"""A request's bytes in, a response's bytes out: formats, outputs and refusals (S-40 to S-44)."""

import csv
import io
import json

import numpy as np
import pytest

from byoc.serving.predictor import TOO_LONG, Predictor
from byoc.settings import Settings

# A model of two features that tells apart labels such as people have.
HANDLERS = """
import numpy as np

class Model:
    feature_names = ["width", "height"]

    def predict(self, rows):
        labels = np.array(["small, cheap", 'the "big" one'])
        high = (rows[:, 0] > 1).astype(int)
        scores = np.array([[0.75, 0.25], [0.125, 0.875]], dtype=np.float32)[high]
        return {"predicted_label": labels[high], "probabilities": scores, "labels": tuple(labels.tolist())}

def model_fn(model_dir):
    return Model()
"""
KNOWN = "text/csv, application/json, application/jsonlines, application/x-npy"
ALIASES = "application/x-jsonlines or application/x-ndjson"
TAKEN = f"{KNOWN}, application/x-parquet, {ALIASES}"
GIVEN = f"{KNOWN}, {ALIASES}"
SMALL, BIG = "small, cheap", 'the "big" one'
ROWS = b"1,2\n3,4\n"
EVERYTHING = "predicted_label,probability,probabilities,labels"


@pytest.fixture
def respond(tmp_path, predictor_py):
    handlers = predictor_py(HANDLERS)

    def respond(body=ROWS, content_type="text/csv", accept="", **environment):
        predictor = Predictor(tmp_path, Settings.from_environment(environment), handlers)
        return predictor.respond(body, content_type, accept)

    return respond


def cells(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode(), newline="")))


@pytest.mark.parametrize(
    ("content_type", "accept", "default", "expected"),
    [
        ("text/csv", "", "", "text/csv"),
        ("", "", "", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "*/*", "", "text/csv"),
        ("text/csv", "application/json", "", "application/json"),
        ("text/csv", "text/csv;q=0.1, application/*", "text/csv", "application/json"),
        ("text/csv", "", "application/json", "application/json"),
        ("text/csv", "*/*", "application/json", "application/json"),
        ("text/csv", "text/csv", "application/json", "text/csv"),
        ("text/csv", "image/png, */*;q=0.1", "", "text/csv"),
    ],
)
def test_the_answer_comes_as_asked_or_else_as_set_or_else_as_sent(respond, content_type, accept, default, expected):
    answer = respond(ROWS, content_type, accept, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT=default)
    assert (answer.status, answer.content_type) == (200, expected)
    labels = [row[0] for row in cells(answer)] if expected == "text/csv" else json.loads(answer.body)["predictions"]
    assert labels == [SMALL, BIG]


def test_json_is_answered_in_json(respond):
    answer = respond(b'{"instances": [[3, 4], {"height": 2, "width": 1}]}', "application/json")
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"predictions": [BIG, SMALL]}


def test_the_charset_of_the_request_is_honoured(respond):
    assert respond(ROWS.decode().encode("utf-16"), "Text/CSV; Charset=UTF-16").status == 200
    assert respond(ROWS, "text/csv; charset=UTF-8").status == 200
    assert respond(ROWS, "text/csv; charset=klingon").status == 415


def test_headers_longer_than_sagemaker_passes_on_are_refused(respond):
    for headers in (("text/csv;x=" + "x" * 1014, ""), ("text/csv", "*/*," * 256 + "*/*")):
        answer = respond(ROWS, *headers)
        assert (answer.status, answer.body) == (431, f"{TOO_LONG}\n".encode())
    assert respond(ROWS, "text/csv;x=" + "x" * 1013, ("*/*," * 256)[:-1]).status == 200


@pytest.mark.parametrize("name", ["application/jsonlines", "application/x-jsonlines", "application/x-ndjson"])
def test_json_lines_are_answered_line_for_line_under_the_name_that_was_used(respond, name):
    answer = respond(b"[1, 2]\n[3, 4]", name)
    assert (answer.status, answer.content_type) == (200, name)
    labels = [{"predicted_label": label} for label in (SMALL, BIG)]
    assert [json.loads(line) for line in answer.body.splitlines()] == labels


def test_an_array_is_answered_with_an_array(respond):
    body = io.BytesIO()
    np.save(body, np.array([[1, 2], [3, 4]]))
    answer = respond(body.getvalue(), "application/x-npy")
    assert (answer.status, answer.content_type) == (200, "application/x-npy")
    assert np.load(io.BytesIO(answer.body), allow_pickle=False).tolist() == [SMALL, BIG]


@pytest.mark.parametrize(
    ("outputs", "first_row", "first_prediction"),
    [
        ("predicted_label", [SMALL], SMALL),
        ("probability", ["0.75"], 0.75),
        ("probabilities", ["0.75", "0.25"], [0.75, 0.25]),
        ("labels", [SMALL, BIG], [SMALL, BIG]),
        ("probability, predicted_label", ["0.75", SMALL], {"probability": 0.75, "predicted_label": SMALL}),
        (
            EVERYTHING,
            [SMALL, "0.75", "0.75", "0.25", SMALL, BIG],
            {"predicted_label": SMALL, "probability": 0.75, "probabilities": [0.75, 0.25], "labels": [SMALL, BIG]},
        ),
    ],
)
def test_outputs_can_be_asked_for_and_set(respond, outputs, first_row, first_prediction):
    for answer in (
        respond(accept=f'text/csv; output="{outputs}"'),
        respond(accept=f'text/csv; output="{outputs}"', SAGEMAKER_INFERENCE_OUTPUT="labels"),
        respond(SAGEMAKER_INFERENCE_OUTPUT=outputs),
    ):
        assert answer.status == 200
        assert cells(answer)[0] == first_row
        assert len(cells(answer)) == 2
    answer = respond(accept="application/json", SAGEMAKER_INFERENCE_OUTPUT=outputs)
    assert json.loads(answer.body)["predictions"][0] == first_prediction


@pytest.mark.parametrize(
    ("request_parts", "status", "reason"),
    [
        ((b"",), 400, "the request body is empty; send at least one row"),
        ((b"1,2\n3,x",), 400, 'row 2, column 2 (height) is "x", not a number'),
        ((b'[["\\ud800", 2]]', "application/json"), 400, 'row 1, column 1 (width) is "?", not a number'),
        ((ROWS, "image/png"), 415, f"content type 'image/png' is not supported; send {TAKEN}"),
        ((ROWS, ";"), 415, f"content type '' is not supported; send {TAKEN}"),
        ((ROWS, "", "image/png"), 406, f"cannot answer in 'image/png'; accept {GIVEN}"),
        ((ROWS, "", "*/*;q=0"), 406, f"cannot answer in '*/*;q=0'; accept {GIVEN}"),
        (
            (ROWS, "", "text/csv; output=x"),
            406,
            f"there is no output 'x'; ask for {EVERYTHING.replace(',', ', ')}, score",
        ),
    ],
)
def test_a_refusal_is_one_short_line_of_plain_text(respond, request_parts, status, reason):
    answer = respond(*request_parts)
    assert (answer.status, answer.content_type) == (status, "text/plain; charset=utf-8")
    assert answer.body.decode() == f"{reason}\n"


def test_a_long_refusal_still_reaches_the_client_whole(respond):
    answer = respond(accept="\x01" * 1024)  # which a message shows as \x01
    assert answer.status == 406
    assert len(answer.body.decode()) == 2048


def test_any_depth_of_nesting_is_refused(respond):
    for depth in range(900, 1000):
        for body in (b"[" * depth + b"]" * depth, b"[[" + b"[" * depth + b"]" * depth + b", 2]]"):
            assert respond(body, "application/json").status == 400
