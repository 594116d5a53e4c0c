"""Whatever a client sends, the answer is a prediction or a refusal, and never a fault of ours (S-43)."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from odd_requests import ACCEPT, BODY, CONTENT_TYPE, CSV, FINITE, JSON


@pytest.fixture(scope="module")
def predictor(trained) -> Predictor:
    return Predictor(trained.model, Settings.from_environment({}))


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
