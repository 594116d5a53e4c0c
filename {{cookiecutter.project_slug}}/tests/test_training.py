"""Training on the example: how it ends, and what it leaves."""

import os
import re
from types import SimpleNamespace
from unittest import mock

import algorithm
from byoc.training import runner
from example import new_job


def test_the_model_is_left_and_no_failure(trained):
    assert any(file.is_file() for file in trained.paths.model.rglob("*"))
    assert not trained.paths.failure.exists()


def test_a_metric_is_printed_that_a_tuning_job_can_find(trained):
    assert trained.metrics.keys() & set(algorithm.METRICS), trained.log


def test_the_report_is_left(trained):
    """If your training writes none, delete this test."""
    assert "<html" in (trained.paths.output_data / "report.html").read_text("utf-8")


def test_a_hyperparameter_that_is_no_good_ends_the_job_with_one_plain_line(tmp_path):
    """SageMaker shows the beginning of the failure file, as the job's FailureReason."""

    class Hyperparameters(algorithm.Hyperparameters):
        number: int = 0  # beside yours, all of which may take any text

    changed = SimpleNamespace(Hyperparameters=Hyperparameters, train=algorithm.train)
    paths = new_job(tmp_path / "ml", **dict.fromkeys(Hyperparameters.model_fields, "nonsense"))
    # In this process, which has imported the framework already. A job adds to the environment, which is put back.
    with mock.patch.dict(os.environ, {"SAGEMAKER_BASE_DIR": str(paths.base)}):
        assert runner.run(lambda: changed) == 1
    first, *_ = paths.failure.read_text("utf-8").splitlines()
    assert re.match("Exception during training: hyperparameter .+ = 'nonsense' is refused: ", first)
    assert not list(paths.model.rglob("*"))
