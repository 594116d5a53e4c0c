"""What holds for the example of any algorithm, and for its page of hyperparameters."""

import shutil
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest
from pydantic import Field

import algorithm
from algorithm_jobs import LOCAL_TEST, train
from byoc.training import describe, runner
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


class Colour(Enum):
    RED = "red"


class More(algorithm.Hyperparameters):
    """An owner's own: no field tells what it is for, and none is of use to the framework."""

    note: str = "spring sale"
    data: tuple[str, ...] = ("a", "b")
    verbose_level: Literal[1, 2] = 1
    config: dict[str, int] = Field(default_factory=lambda: {"num_leaves": 3})
    colour: Colour = Colour.RED
    folder: Path | None = None


def test_an_owners_own_hyperparameters_are_there_for_train_and_go_nowhere_else(example, capsys, monkeypatch):
    monkeypatch.setattr(Job, "stopping", True)
    given = []

    def owners(job, hyperparameters):
        given.append(hyperparameters)
        algorithm.train(job, hyperparameters)

    (example.config / "hyperparameters.json").write_text('{"note": "autumn", "data": "[\'c\']", "folder": "/tmp"}')
    changed = SimpleNamespace(Hyperparameters=More, train=owners, METRICS=algorithm.METRICS)
    assert runner.run(lambda: changed) == 0, example.failure.read_text()
    assert given == [More(note="autumn", data=("c",), folder=Path("/tmp"))]
    assert "autumn" not in capsys.readouterr().out, "the framework was told, and complains"
    for option in ("--help", "--markdown", "--describe"):
        assert describe.main([option], lambda: changed) == 0
        assert "spring sale" in capsys.readouterr().out


def test_the_page_of_hyperparameters_is_current(project, capsys):
    page = (project / "docs" / "hyperparameters.md").read_text(encoding="utf-8")
    assert describe.main(["--markdown"], lambda: algorithm) == 0
    assert capsys.readouterr().out == page, "write it anew with: make docs"
