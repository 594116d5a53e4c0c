"""The handlers that predictor.py may define take over, one by one or together."""

import json

import pytest

from byoc.serving import batch
from handled import MODEL


def test_model_fn_alone_gets_the_model_folder_and_numbers_in_every_form(predictor_with, tmp_path):
    predictor = predictor_with(MODEL + f"    assert str(model_dir) == {str(tmp_path)!r}")
    assert predictor.respond(b"1,2\n3,4.5\n", "text/csv", "").body == b"3.0\n7.5\n"
    assert json.loads(predictor.respond(b"[[1, 2, 3]]", "application/json", "").body) == {"predictions": [6.0]}
    assert predictor.respond(b"1,2\n3\n", "text/csv", "").status == 400


@pytest.mark.parametrize(
    ("handler", "answer"),
    [
        ("def input_fn(body, content_type): return numpy.array([[len(body), len(content_type)]])", b"11\n"),
        ("def predict_fn(data, model): return model.predict(data) * 10", b"30.0\n"),
        ("def predict_fn(data, model): return [[1, 2.5, 'x', None]]", b"1,2.5,x,\n"),
        ("def output_fn(prediction, accept): return f'{prediction[0]} as {accept}'", b"3.0 as text/csv"),
        ("def output_fn(prediction, accept): return b'\\x00\\xff'", b"\x00\xff"),
        ("def transform_fn(model, body, content_type, accept): return f'{body} {content_type} {accept}'",
         b"b'1,2' text/csv text/csv"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wait", ["0", "2"])
def test_each_handler_takes_over_alone(predictor_with, handler, answer, wait):
    response = predictor_with(f"{MODEL}\n{handler}", BYOC_MICRO_BATCH_MS=wait).respond(b"1,2", "text/csv", "")
    assert (response.status, response.body) == (200, answer)


@pytest.mark.parametrize(
    "handler",
    ["def predict_fn(data, model):\n    yield from ('a', 'b')", "def predict_fn(data, model): return iter('ab')"],
)
def test_what_streams_does_so_with_micro_batches_set_too(predictor_with, handler):
    response = predictor_with(f"{MODEL}\n{handler}", BYOC_MICRO_BATCH_MS="2").respond(b"1,2", "text/csv", "")
    assert list(response.body) == [b"a", b"b"]


def test_all_handlers_take_over_together(predictor_with):
    source = """
import base64
def model_fn(model_dir): return 3
def input_fn(body, content_type): return base64.b64decode(body)
def predict_fn(data, model): return data * model
def output_fn(prediction, accept): return prediction, "application/octet-stream"
"""
    response = predictor_with(source).respond(b"/w==", "image/png", "image/png")
    assert (response.status, response.body) == (200, b"\xff\xff\xff")
    assert response.content_type == "application/octet-stream"


def test_a_content_type_that_only_input_fn_knows_is_answered_in_json(predictor_with):
    predictor = predictor_with(MODEL + "\ndef input_fn(body, content_type): return numpy.ones((1, 2))")
    response = predictor.respond(b"\x89PNG", "image/png", "")
    assert (response.status, response.content_type) == (200, "application/json")


def test_in_pieces_an_output_fn_of_lines_answers_each_line(predictor_with, monkeypatch):
    """Of handlers that promise a line for a line; what `encode` would tell the log comes through, too."""
    monkeypatch.setattr(batch, "PIECE", 8)
    source = f"""{MODEL}
from byoc.serving.default_handlers import encode
Model.line_by_line = True
def output_fn(prediction, accept):
    prediction[prediction == 3] = numpy.nan
    return encode(prediction, accept, "predicted_label")
"""
    response = predictor_with(source).respond(b"1,1\n1,2\n1,3\n" * 3, "text/csv", "text/csv")
    assert (response.status, response.body) == (200, b'2.0\n""\n4.0\n' * 3)
    assert response.remark.startswith("row 2 has predictions = nan")
