"""Boosting that is killed midway and started again comes to the same model, byte for byte (C-04, C-11, T-05, T-06)."""

import json
import shutil
import signal

import pytest

from byoc.paths import Paths
from jobs import signalled

# Rows and columns are drawn at random, so that what the random numbers do is seen.
SAMPLED = {"subsample": "0.6", "colsample_bytree": "0.5", "num_round": "60", "early_stopping_rounds": "None"}


def job(folder, project, objective: str) -> Paths:
    """The example as a job; its labels are numbers, so that both kinds of objectives suit."""
    paths = Paths(folder / "ml")
    shutil.copytree(project / "local_test/test_dir/input", paths.base / "input")
    for file in paths.data.rglob("*.csv"):
        file.write_text(file.read_text().replace("malignant", "0").replace("benign", "1"))
    set_hyperparameters(paths, objective=objective)
    return paths


def set_hyperparameters(paths: Paths, **changed: str) -> None:
    (paths.config / "hyperparameters.json").write_text(json.dumps(SAMPLED | changed))


def train(paths: Paths, run_train) -> tuple[list[str], bytes]:
    """The log's lines and the model."""
    run = run_train(paths)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines(), (paths.model / "model.onnx").read_bytes()


@pytest.mark.parametrize("objective", ["binary:logistic", "reg:squarederror"])
def test_a_job_that_is_disturbed_ends_with_the_model_that_it_would_have_had(objective, project, run_train, tmp_path):
    _, expected = train(job(tmp_path / "undisturbed", project, objective), run_train)  # it keeps no checkpoints
    paths = job(tmp_path / "disturbed", project, objective)
    paths.checkpoints.mkdir()
    program = project / "program"

    assert signalled(paths, program, signal.SIGKILL, "round 27 of 60") == -signal.SIGKILL
    assert list(paths.model.iterdir()) == []

    set_hyperparameters(paths, objective=objective, num_round="100000")
    assert signalled(paths, program, signal.SIGTERM, "round 33 ") == 0  # it leaves a model that answers
    assert (paths.model / "model.onnx").stat().st_size > 1000
    for file in paths.checkpoints.iterdir():  # however late the signal came
        if int(file.stem.split("-")[1]) > 50:
            file.unlink()

    set_hyperparameters(paths, objective=objective)
    log, model = train(paths, run_train)
    step = int(next(line for line in log if line.startswith("resuming")).split("step ")[1].split(":")[0])
    assert step >= 20
    assert next(line for line in log if line.startswith("round")).startswith(f"round {step + 1} of 60: ")
    assert model == expected
