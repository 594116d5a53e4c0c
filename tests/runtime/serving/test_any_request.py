"""Whatever a client sends, the answer is a prediction or a refusal, and never a fault of ours (S-43)."""

import json

import onnx.parser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.signature import Feature, Signature
from odd_requests import ACCEPT, BODY, CONTENT_TYPE, CSV, FEATURES, FINITE, JSON

# Models whose columns BODY knows, so that some requests are right: of numbers alone, and of a number and a text.
NUMBERS = """
    <ir_version: 10, opset_import: ["": 18]>
    largest (float[n, 4] features) => (int64[n] label, float[n, 4] probabilities)
    { probabilities = Softmax (features) label = ArgMax <axis = 1, keepdims = 0> (features) }
"""
MIXED = """
    <ir_version: 10, opset_import: ["": 19]>
    same (float[n, 1] sepal_length, string[n, 1] x) => (int64[n] label, float[n, 2] probabilities)
    <string[1] a = {"a"}>
    {
        is_a = Equal (x, a)
        yes = Cast <to = 1> (is_a)
        no = Sub (yes, yes)
        scores = Concat <axis = 1> (no, yes)
        probabilities = Softmax (scores)
        label = ArgMax <axis = 1, keepdims = 0> (scores)
    }
"""
TEXT = Feature("x", "str", "a", missing=True, categories=("a", "b"))
SIGNATURES = {
    NUMBERS: Signature(tuple(Feature(name, "float32", 1.5) for name in FEATURES[:4]), (0, 1, 2, 3)),
    MIXED: Signature((Feature("sepal_length", "float32", 1.5, missing=True), TEXT), (0, 1)),
}


@pytest.fixture(scope="module", params=SIGNATURES, ids=["numbers", "mixed"])
def predictor(request, tmp_path_factory) -> Predictor:
    folder = tmp_path_factory.mktemp("model")
    (folder / "model.onnx").write_bytes(onnx.parser.parse_model(request.param).SerializeToString())
    (folder / "signature.json").write_bytes(SIGNATURES[request.param].to_json())
    return Predictor(folder, Settings.from_environment({}))


@given(BODY, CONTENT_TYPE, ACCEPT)
@example(b"\xef\xbb\xbf", CSV, "")
@example(b'[["\\ud800"]]', JSON, "")
def test_any_request_is_answered_or_refused(predictor, body, content_type, accept):
    answer = predictor.respond(body, content_type, accept)
    assert answer.status in (200, 400, 406, 413, 415)
    if answer.status != 200:
        assert answer.content_type == "text/plain; charset=utf-8"
        assert 1 < len(answer.body.decode()) <= 2048


@given(st.lists(st.lists(FINITE, min_size=1, max_size=4), min_size=1, max_size=4))
def test_as_many_predictions_come_back_as_rows_were_sent(predictor, rows):
    features = predictor.signature.features
    rows = [
        [str(row[0]) if feature.is_text else row[n % len(row)] for n, feature in enumerate(features)] for row in rows
    ]
    answer = predictor.respond(json.dumps(rows).encode(), JSON, JSON)
    assert answer.status == 200
    assert len(json.loads(answer.body)["predictions"]) == len(rows)
