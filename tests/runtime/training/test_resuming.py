"""A job that is killed midway and started again ends as if nothing had happened (C-04, C-11, C-12, T-06)."""

import json
import os
import signal
import subprocess
import sys

import pytest

import laid
from byoc.paths import Paths

STEPS = 12
ALGORITHM = """
import pickle, time
import numpy as np
from pydantic import BaseModel
from byoc.signature import Signature

class Hyperparameters(BaseModel):
    wait_at: int = -1

def train(job, hyperparameters):
    random = np.random.default_rng(1)
    weights, step = np.zeros(3), 0
    if found := job.checkpoints.latest():
        step, content = found
        weights, random.bit_generator.state = pickle.loads(content)
    while step < 12 and not job.stopping:
        rows = random.normal(size=(8, 3))
        weights = weights - 0.1 * rows.T @ (rows @ weights - rows.sum(axis=1)) / 8
        step += 1
        print("step", step, flush=True)
        job.checkpoints.save(step, pickle.dumps((weights, random.bit_generator.state)))
        while step == hyperparameters.wait_at and not job.stopping:
            time.sleep(0.01)
    job.save(weights.tobytes(), Signature((), ("a", "b")))
"""


@pytest.fixture
def program(paths, program_with):
    paths.checkpoints.mkdir()
    return program_with(ALGORITHM)


@pytest.fixture(scope="module")
def expected(tmp_path_factory, laid_byoc, run_train) -> bytes:
    """The model of a run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    paths = Paths(folder / "ml")
    for made in (paths.config, paths.data / "training", paths.checkpoints):
        made.mkdir(parents=True)
    (paths.config / "hyperparameters.json").write_text("{}")
    assert run_train(paths, laid.program(folder, laid_byoc, algorithm=ALGORITHM)).returncode == 0
    assert len(list(paths.checkpoints.iterdir())) == 5
    return (paths.model / "model.onnx").read_bytes()


def run_and_signal(paths, program, number: int, step: int) -> int:
    """Run `train`, send it the signal as soon as it has come to `step`, where it waits; gives the exit code."""
    (paths.config / "hyperparameters.json").write_text(json.dumps({"wait_at": str(step)}))
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    command = [sys.executable, program / "train"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        try:
            for line in process.stdout:
                if line == f"step {step}\n".encode():
                    break
            saved = paths.checkpoints / f"step-{step:012d}.checkpoint"
            while number == signal.SIGKILL and not saved.exists() and process.poll() is None:
                pass
            process.send_signal(number)
            return process.wait(timeout=30)
        finally:
            process.kill()
            (paths.config / "hyperparameters.json").write_text("{}")


def resumed(paths, program, run_train) -> tuple[list[str], bytes]:
    """Run `train` again; gives the lines of its log and the model."""
    run = run_train(paths, program)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines(), (paths.model / "model.onnx").read_bytes()


def test_a_killed_job_ends_as_if_it_had_not_been(paths, program, run_train, expected):
    for step in (4, 9):
        assert run_and_signal(paths, program, signal.SIGKILL, step) == -signal.SIGKILL
        assert not list(paths.model.iterdir())
    log, model = resumed(paths, program, run_train)
    assert log[0].startswith("resuming from the checkpoint of step 9: ")
    assert log[1:] == ["step 10", "step 11", "step 12"]
    assert model == expected


def test_a_damaged_newest_checkpoint_costs_only_its_steps(paths, program, run_train, expected):
    run_and_signal(paths, program, signal.SIGKILL, 6)
    newest = paths.checkpoints / "step-000000000006.checkpoint"
    newest.write_bytes(newest.read_bytes()[:-5])
    log, model = resumed(paths, program, run_train)
    assert "is damaged or incomplete" in log[0]
    assert log[1].startswith("resuming from the checkpoint of step 5: ")
    assert log[2] == "step 6"
    assert model == expected


def test_a_finished_job_that_is_started_again_writes_its_model(paths, program, run_train, expected):
    assert resumed(paths, program, run_train)[1] == expected
    for file in paths.model.iterdir():
        file.unlink()
    log, model = resumed(paths, program, run_train)
    assert len(log) == 1
    assert log[0].startswith(f"resuming from the checkpoint of step {STEPS}: ")
    assert model == expected


def test_a_stopped_job_leaves_a_model_and_a_checkpoint_to_go_on_from(paths, program, run_train, expected):
    assert run_and_signal(paths, program, signal.SIGTERM, 5) == 0
    assert (paths.model / "model.onnx").read_bytes() != expected
    assert (paths.checkpoints / "step-000000000005.checkpoint").exists()
    assert not paths.failure.exists()
    assert resumed(paths, program, run_train)[1] == expected
