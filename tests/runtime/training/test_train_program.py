"""The real `train`, as a process: its exit codes and its failure file (T-08, T-09)."""

import subprocess
import sys

import pytest

from byoc.paths import Paths

ALGORITHM = """
import time
from pydantic import BaseModel
from byoc.signature import Signature

class Hyperparameters(BaseModel):
    epochs: int = 1

def train(job, hyperparameters):
"""
SAVE = "    job.save(b'model', Signature((), ('a', 'b')))\n"


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


def test_a_good_run_ends_with_0_and_so_does_the_next_over_the_same_folder(paths, run_train, program_with):
    program = program_with(ALGORITHM + SAVE)
    for _ in range(2):  # as after a spot interruption or a retry (T-51)
        run = run_train(paths, program)
        assert (run.returncode, run.stderr) == (0, "")
        assert (paths.model / "model.onnx").read_bytes() == b"model"


def test_in_a_processing_job_the_reason_is_the_exit_message(paths, run_train, program_with):
    """Which has its files below /opt/ml/processing, and only what it says about itself beside that (X-61, X-62)."""
    processing = Paths(paths.base / "processing")
    (paths.base / "input").rename(processing.base.mkdir() or processing.base / "input")
    (paths.base / "config").mkdir()
    (paths.base / "config" / "processingjobconfig.json").write_text("{}")
    program = program_with(ALGORITHM + "    raise ValueError('ä' * 600)")
    assert run_train(processing, program).returncode == 1
    message = (paths.base / "output" / "message").read_bytes()
    assert len(message) <= 1024
    assert message.decode().startswith("Exception during training: ValueError: ä")

    (program / "algorithm.py").write_text(ALGORITHM + SAVE)
    assert run_train(processing, program).returncode == 0
    assert (processing.model / "model.onnx").exists()
    assert not (paths.base / "output" / "message").exists()


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


@pytest.mark.parametrize("option", ["--describe", "--help", "--markdown"])
def test_a_python_without_the_projects_packages_is_told_of_the_one_that_has_them(program_with, option):
    command = [sys.executable, "-I", "-S", program_with(ALGORITHM) / "train", option]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert (run.returncode, run.stdout) == (1, "")
    way_out = "use the project's, .venv/bin/python, once `make install` has made it"
    assert run.stderr == f"train: No module named 'pydantic' for {sys.executable}: {way_out}\n"
