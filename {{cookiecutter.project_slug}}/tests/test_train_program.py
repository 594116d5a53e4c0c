"""The real `train`, as a process: its exit codes, its failure file, and SIGTERM (T-05, T-08, T-09)."""

import os
import signal
import subprocess
import sys

import pytest

ALGORITHM = """
import time
from pydantic import BaseModel
from byoc.signature import Signature

class Hyperparameters(BaseModel):
    epochs: int = 1

def train(job, hyperparameters):
"""
SAVE = "    job.save(b'model', Signature((), ('a', 'b')))\n"
WAIT = """
    print('waiting', flush=True)
    while True:
        try:
            time.sleep(0.05)
        except Exception:
            pass
"""


def test_a_missing_hyperparameters_json_is_told_with_the_place(paths, run_train, program_with):
    (paths.config / "hyperparameters.json").unlink()
    run = run_train(paths, program_with(ALGORITHM + SAVE))
    failure = paths.failure.read_text()
    assert run.returncode == 1
    looked_for = paths.config / "hyperparameters.json"
    expected = f"Exception during training: hyperparameters.json is missing: looked for {looked_for}; "
    assert failure.splitlines()[0].startswith(expected)
    assert "Traceback (most recent call last):\n" in run.stderr
    assert "InputError: hyperparameters.json is missing" in failure
    assert run.stderr.startswith(expected)


def test_a_good_run_ends_with_0(paths, run_train, program_with):
    run = run_train(paths, program_with(ALGORITHM + SAVE))
    assert (run.returncode, run.stderr) == (0, "")
    assert (paths.model / "model.onnx").read_bytes() == b"model"


@pytest.mark.parametrize(
    ("source", "first_line"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        (ALGORITHM + "    raise ValueError('\\ud800 is no text')", r"ValueError: \ud800 is no text"),
        ("def train(", "SyntaxError: '(' was never closed"),
        ("def train(): ...", "AttributeError: module 'algorithm' has no attribute 'Hyperparameters'"),
    ],
)
def test_a_fault_of_algorithm_py_is_a_failure(paths, run_train, program_with, source, first_line):
    run = run_train(paths, program_with(source))
    assert run.returncode == 1
    assert paths.failure.read_text().startswith(f"Exception during training: {first_line}")


@pytest.mark.parametrize(
    ("before", "exit_code", "failure"),
    [
        ("", 143, "Exception during training: stopped by SIGTERM before there was a model to save\n"),
        (SAVE, 0, None),
    ],
    ids=["before the model", "after the model"],
)
def test_sigterm_ends_even_an_algorithm_that_swallows_exceptions(paths, program_with, before, exit_code, failure):
    program = program_with(ALGORITHM + before + WAIT)
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    command = [sys.executable, program / "train"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout.readline() == b"waiting\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == exit_code
        finally:
            process.kill()
    assert paths.failure.exists() == bool(failure)
    assert not failure or paths.failure.read_text().startswith(failure)
    assert (paths.model / "model.onnx").exists() == (exit_code == 0)
