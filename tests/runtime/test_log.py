"""Log lines are JSON, whatever they tell (S-29, S-47)."""

import json

import pytest

from byoc import log


def test_a_line_is_one_json_object_without_what_is_empty(capsys):
    log.line(remark='two\nlines and a "quote" \x00', status=0, request_id="", inference_id=None)
    text = capsys.readouterr().out
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    assert json.loads(text).items() >= {"remark": 'two\nlines and a "quote" \x00', "status": 0}.items()
    assert json.loads(text).keys() == {"time", "remark", "status"}


def test_a_line_has_the_time_in_milliseconds(monkeypatch):
    monkeypatch.setattr("time.time_ns", lambda: 1_770_000_000_007_999_999)
    assert json.loads(log.text())["time"] == "2026-02-02T02:40:00.007+00:00"


@pytest.mark.parametrize("remark", ["pr\u00e9vu \u2026 \U0001f600", "a lone surrogate: \ud800"])
def test_a_line_is_ascii_whatever_it_tells(remark):
    text = log.text(remark=remark, status=200)
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text)["remark"] == remark


def test_a_line_about_a_request_has_the_ids_that_sagemaker_gave_it(capsys):
    ids = {"HTTP_X_AMZN_SAGEMAKER_REQUEST_ID": "r", "HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID": "i"}
    log.request({"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations", **ids}, status=400)
    expected = {"request": "POST /invocations", "status": 400, "request_id": "r", "inference_id": "i"}
    assert json.loads(capsys.readouterr().out).items() >= expected.items()
