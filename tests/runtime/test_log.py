"""Log lines are JSON, whatever they tell (S-29, S-47)."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

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


LINE = """
from byoc import log
try:
    raise ValueError("no ä")
except ValueError:
    import traceback
    log.line(request="POST /invocations", status=500, remark=traceback.format_exc())
    log.line(request="POST /invocations", status=400, remark="one sentence")
"""


def test_a_traceback_is_text_on_a_terminal_and_one_line_elsewhere():
    command, project = [sys.executable, "-c", LINE], Path(log.__file__).parents[1]
    elsewhere = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(elsewhere[0])["remark"].endswith("ValueError: no ä\n")
    terminal, end = pty.openpty()
    subprocess.run(command, cwd=project, stdout=end, check=True)
    os.close(end)
    lines = os.read(terminal, 1 << 16).decode().splitlines()
    os.close(terminal)
    assert "remark" not in json.loads(lines[0])
    assert lines[1] == "Traceback (most recent call last):"
    assert lines[-2] == r"ValueError: no \xe4"
    assert json.loads(lines[-1])["remark"] == "one sentence"
