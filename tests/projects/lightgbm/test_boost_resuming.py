"""Boosting that is killed midway and started again comes to the same model, byte for byte (C-04, C-11, T-06)."""

import json
import shutil
import signal

import pytest

from byoc.paths import Paths
from jobs import signalled

# Rows and columns are drawn at random, so that what the random numbers do is seen.
SAMPLED = {"bagging_fraction": "0.6", "feature_fraction": "0.5", "num_iterations": "45", "early_stopping_round": "None"}


def job(folder, project, **changed: str) -> Paths:
    """The example as a job; its labels become whole numbers, so that both kinds of objectives suit."""
    paths = Paths(folder / "ml")
    shutil.copytree(project / "local_test/test_dir/input", paths.base / "input")
    for rows in paths.data.rglob("*.csv"):
        header, *lines = rows.read_text().splitlines()
        numbered = [f"{'4fr'.index(line[0])},{line.partition(',')[2]}" for line in lines]
        rows.write_text("\n".join([header, *numbered]))
    file = paths.config / "hyperparameters.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | SAMPLED | changed))
    return paths


@pytest.mark.parametrize("objective", ["multiclass", "regression"])
def test_a_job_that_is_killed_ends_with_the_model_that_it_would_have_had(objective, project, run_train, tmp_path):
    undisturbed = job(tmp_path / "undisturbed", project, objective=objective)  # it keeps no checkpoints
    assert run_train(undisturbed).returncode == 0
    paths = job(tmp_path / "killed", project, objective=objective)
    paths.checkpoints.mkdir()

    assert signalled(paths, project / "program", signal.SIGKILL, "round 27 of 45") == -signal.SIGKILL
    assert list(paths.model.iterdir()) == []

    run = run_train(paths)
    assert run.returncode == 0, run.stderr
    log = run.stdout.splitlines()
    step = int(next(line for line in log if line.startswith("resuming")).split("step ")[1].split(":")[0])
    assert step >= 20
    assert next(line for line in log if line.startswith("round")).startswith(f"round {step + 1} of 45: ")
    assert (paths.model / "model.onnx").read_bytes() == (undisturbed.model / "model.onnx").read_bytes()
