"""Boosting that is killed midway and started again comes to the same model, byte for byte (C-04, C-11, T-05, T-06)."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

# Rows and columns are drawn at random, so that what the random numbers do is seen.
SAMPLED = {"subsample": "0.6", "colsample_bytree": "0.5", "num_round": "60", "early_stopping_rounds": "None"}


@pytest.fixture(params=["binary:logistic", "reg:squarederror"])
def example(request, paths, project):
    """The example as a job with checkpoints; its labels are numbers, so that both kinds of objectives suit."""
    shutil.rmtree(paths.base / "input")
    shutil.copytree(project / "local_test/test_dir/input", paths.base / "input")
    for file in paths.data.rglob("*.csv"):
        file.write_text(file.read_text().replace("malignant", "0").replace("benign", "1"))
    (paths.config / "hyperparameters.json").write_text(json.dumps({**SAMPLED, "objective": request.param}))
    paths.checkpoints.mkdir()
    return paths


@pytest.fixture
def expected(example, run_train) -> bytes:
    """The model of a run that nothing disturbs, and that keeps no checkpoints."""
    shutil.rmtree(example.checkpoints)
    run = run_train(example)
    assert run.returncode == 0, run.stderr
    example.checkpoints.mkdir()
    return (example.model / "model.onnx").read_bytes()


def signalled(paths, project, number: int, line: str) -> int:
    """Run `train`, stop it where it stands once it prints what begins with `line`, and send it the signal."""
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    command = [sys.executable, project / "program/train"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "encoding": "utf-8"}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        try:
            next(read for read in process.stdout if read.startswith(line))
            if number == signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
            process.stdout.read()
            return process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def test_a_killed_job_ends_with_the_model_that_it_would_have_had(example, project, run_train, expected):
    shutil.rmtree(example.model)
    example.model.mkdir()
    assert signalled(example, project, signal.SIGKILL, "round 27 of 60") == -signal.SIGKILL
    assert not list(example.model.iterdir())
    run = run_train(example)
    assert run.returncode == 0, run.stderr
    log = run.stdout.splitlines()
    step = int(next(line for line in log if line.startswith("resuming")).split("step ")[1].split(":")[0])
    assert step >= 20
    assert next(line for line in log if line.startswith("round")).startswith(f"round {step + 1} of 60: ")
    assert (example.model / "model.onnx").read_bytes() == expected


def test_a_stopped_job_leaves_a_model_that_answers_and_goes_on_to_the_same_end(example, project, run_train, expected):
    shutil.rmtree(example.model)
    hyperparameters = json.loads((example.config / "hyperparameters.json").read_text())
    (example.config / "hyperparameters.json").write_text(json.dumps({**hyperparameters, "num_round": "100000"}))
    assert signalled(example, project, signal.SIGTERM, "round 13 ") == 0
    assert not example.failure.exists()
    assert (example.model / "model.onnx").stat().st_size > 1000
    for file in example.checkpoints.glob("step-*"):  # however late the signal came
        if int(file.stem.split("-")[1]) > 60:
            file.unlink()
    (example.config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    assert run_train(example).returncode == 0
    assert (example.model / "model.onnx").read_bytes() == expected
