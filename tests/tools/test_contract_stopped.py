"""A run of the conformance kit that is stopped tells what it cut off, and calls nothing of it broken."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from template import ROOT

PROJECT = next(ROOT.glob("{{*"))


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A train and a serve that never come to an end, and ignore SIGTERM."""
    folder = tmp_path / "program"
    folder.mkdir()
    for name in ("train", "serve"):
        (folder / name).write_text("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_cut_off_is_told_and_the_rest_reported(programs, tmp_path, number, status):
    (tmp_path / "ml/input/data/training").mkdir(parents=True)
    (tmp_path / "payload.csv").write_text("1,2\n")
    report = tmp_path / "report"
    command = [sys.executable, "-m", "byoc.tools.contract", "--programs", programs, "--report", report]
    command += ["--test-dir", tmp_path / "ml", "--payload", tmp_path / "payload.csv", "--slow"]
    output = (tmp_path / "output").open("w+")
    run = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT)
    started = psutil.Process(run.pid)
    deadline = time.monotonic() + 60
    while not started.children() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    children = started.children(recursive=True)
    assert children
    run.send_signal(number)
    assert run.wait(60) == status
    told = (tmp_path / "output").read_text()
    assert "stopped; removing what was started" in told
    assert "Traceback" not in told
    assert "✗" not in told.partition("stopped;")[2]
    found = json.loads((report / "report.json").read_text())
    cut_off = [check for check in found["checks"].values() if "cut off" in check["seen"]]
    assert {check["outcome"] for check in cut_off} == {"not checked"}
    assert len(cut_off) > 10
    assert "cut off: the run was stopped before it had ended: " in " ".join(told.split())
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
