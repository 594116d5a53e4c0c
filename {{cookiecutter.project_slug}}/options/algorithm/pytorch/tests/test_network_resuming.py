"""A training that is killed midway and started again comes to the same model, byte for byte (C-04, C-11, T-06)."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

import algorithm
from byoc import job

EPOCHS = 30


@pytest.fixture
def example(paths, project):
    """The example as a job with checkpoints."""
    shutil.rmtree(paths.base / "input")
    shutil.copytree(project / "local_test/test_dir/input", paths.base / "input")
    hyperparameters = json.loads((paths.config / "hyperparameters.json").read_text())
    told = {**hyperparameters, "epochs": str(EPOCHS), "patience": "None", "dropout": "0.4"}
    (paths.config / "hyperparameters.json").write_text(json.dumps(told))
    paths.checkpoints.mkdir()
    return paths


def signalled(paths, project, number: int, line: str) -> int:
    """Run `train`, and send it the signal once it prints what begins with `line`."""
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    command = [sys.executable, project / "program/train"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "encoding": "utf-8"}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        try:
            next(read for read in process.stdout if read.startswith(line))
            os.killpg(process.pid, number)
            process.stdout.read()
            return process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def model(paths) -> bytes:
    """What a run in this process leaves: its model, which goes."""
    assert job.run(lambda: algorithm) == 0
    content = (paths.model / "model.onnx").read_bytes()
    shutil.rmtree(paths.model)
    paths.model.mkdir()
    return content


def test_a_killed_job_ends_with_the_model_that_it_would_have_had(example, project, capsys):
    assert signalled(example, project, signal.SIGKILL, f"epoch 12 of {EPOCHS}") == -signal.SIGKILL
    assert not list(example.model.iterdir())
    resumed = model(example)
    log = capsys.readouterr().out.splitlines()
    step = int(next(line for line in log if line.startswith("resuming")).split("step ")[1].split(":")[0])
    assert 11 <= step < EPOCHS
    assert next(line for line in log if line.startswith("epoch")).startswith(f"epoch {step + 1} of {EPOCHS}: ")
    finished = model(example)  # goes on from the last epoch
    assert not [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    shutil.rmtree(example.checkpoints)  # and one that nothing disturbs, and that keeps no checkpoints
    assert resumed == finished == model(example)


def test_a_stopped_job_leaves_a_model_and_a_checkpoint_to_go_on_from(example, monkeypatch, capsys):
    monkeypatch.setattr(job.Job, "stopping", property(lambda job: len(list(example.checkpoints.iterdir())) >= 3))
    model(example)
    assert "the model is that of epoch " in capsys.readouterr().out
    assert sorted(int(file.stem.split("-")[1]) for file in example.checkpoints.iterdir()) == [1, 2, 3]
