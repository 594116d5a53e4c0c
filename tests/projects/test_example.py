"""What holds for the example of any algorithm, and for its page of hyperparameters."""

import shutil

import pytest

import algorithm
from algorithm_jobs import LOCAL_TEST, train
from byoc.training import describe
from byoc.training.job import Job


@pytest.fixture
def example(paths):
    shutil.rmtree(paths.base / "input")
    shutil.copytree(LOCAL_TEST / "test_dir/input", paths.base / "input")
    return paths


def test_the_example_trains_without_any_hyperparameter(example, monkeypatch):
    """T-10, T-13. One that asks whether it is to stop is told so: a first step shows that the defaults suit."""
    monkeypatch.setattr(Job, "stopping", True)
    assert train(example) == 0, example.failure.read_text()
    assert list(example.model.iterdir())


def test_the_page_of_hyperparameters_is_current(project, capsys):
    page = (project / "docs" / "hyperparameters.md").read_text(encoding="utf-8")
    assert describe.main(["--markdown"], lambda: algorithm) == 0
    assert capsys.readouterr().out == page, "write it anew with: make docs"
