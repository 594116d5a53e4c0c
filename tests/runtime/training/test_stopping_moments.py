"""SIGTERM before any line of byoc leaves a whole model or none, and an exit code that says which (T-06, T-42)."""

import os
import signal
import sys
from types import SimpleNamespace

import pytest
from pydantic import BaseModel

import byoc
from byoc.signature import Signature
from byoc.training import runner
from byoc.training.stopping import Stop


class Hyperparameters(BaseModel):
    pass


def cleaning_up(job, hyperparameters):
    try:
        job.save(b"model", Signature((), ("a", "b")))
    finally:
        job.write_output("log", "clean")


@pytest.fixture
def stop():
    """A Stop that takes this process's SIGTERM, without the thread that would end it."""
    stop = Stop()
    before = signal.signal(signal.SIGTERM, stop._received)
    yield stop
    signal.signal(signal.SIGTERM, before)


def run_with_sigterm_at(moments: set[int], stop: Stop) -> tuple[int, int]:
    """Run a job in which SIGTERM comes before those lines of byoc; gives the exit code and how many lines ran."""
    ours, count = tuple(byoc.__path__), 0

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_code.co_filename.startswith(ours):
            return None
        if event == "line":
            count += 1
            if count in moments:
                os.kill(os.getpid(), signal.SIGTERM)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        code = runner.run(lambda: SimpleNamespace(Hyperparameters=Hyperparameters, train=cleaning_up), stop)
    finally:
        sys.settrace(before)
    return code, count


def test_sigterm_before_any_line_leaves_a_whole_model_or_none_and_says_which(paths, stop):
    _, lines = run_with_sigterm_at(set(), stop)
    codes = []
    for moment in range(1, lines + 1):
        for file in (*paths.model.iterdir(), *paths.output_data.iterdir()):
            file.unlink()
        paths.failure.unlink(missing_ok=True)
        stop.signal, stop.saved = None, False
        code, _ = run_with_sigterm_at({moment, moment + 3}, stop)
        files = sorted(file.name for file in paths.model.iterdir())
        assert (code, files, paths.failure.exists()) in [
            (0, ["model.onnx", "signature.json"], False),
            (143, [], True),
        ], f"line {moment} of {lines}"
        assert sorted(entry.name for entry in paths.base.iterdir()) == ["input", "model", "output"], moment
        codes.append(code)
    assert set(codes) == {0, 143}
