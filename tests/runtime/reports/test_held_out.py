"""Rows that are held out of a further training: which, and that nothing about them costs a job its model."""

import numpy as np
import pytest

from byoc.channels.channel import Channel
from byoc.reports import held_out
from byoc.reports.held_out import FOLDS, LITTLE
from byoc.training.job import Job


@pytest.fixture
def job(paths) -> Job:
    job = Job(paths)
    job.channels = {"training": Channel("training", paths.data / "training")}
    return job


def trainings(job: Job, labels: np.ndarray, work: float) -> list[tuple[list[int], list[int]]]:
    """The places of the rows that each training is given, and of those that are held out."""
    given = []

    def answers(trained: np.ndarray, held: np.ndarray) -> np.ndarray:
        given.append((trained.tolist(), held.tolist()))
        return held * 10

    found = held_out.judge(job, labels, answers, work)
    if found:
        assert found.answers.tolist() == (found.rows * 10).tolist()
        assert found.rows.tolist() == [place for _, held in given for place in held]
    return given


LABELS = np.array(["a"] * 50 + ["b"] * 10 + ["twice"] * 2 + ["once"])
NUMBERS = np.linspace(0, 1, 63)


@pytest.mark.parametrize("labels", [LABELS, NUMBERS])
def test_of_little_data_each_row_is_held_out_once(job, labels, capsys):
    given = trainings(job, labels, LITTLE)
    assert len(given) == FOLDS
    held = sorted(place for _, places in given for place in places)
    assert held == [place for place in range(63) if labels[place] != "once"]
    for trained, places in given:
        assert sorted(trained + places) == [*range(63)]
        assert set(labels[trained]) == set(labels) or labels is NUMBERS
    assert capsys.readouterr().out == (
        "no channel validation: held_out is the score of a 5-fold cross-validation; the model is of all rows\n"
    )


@pytest.mark.parametrize("labels", [LABELS, NUMBERS])
def test_of_much_data_a_fifth_is_held_out_of_each_label_and_always_the_same(job, labels, capsys):
    ((trained, held),) = given = trainings(job, labels, LITTLE + 1)
    assert sorted(trained + held) == [*range(63)]
    assert 12 <= len(held) <= 13
    if labels is LABELS:
        assert np.sum(labels[held] == "a") == 10
        assert np.sum(labels[held] == "b") == 2
    assert given == trainings(job, labels, LITTLE + 1)
    assert f"held_out is the score of {len(held)} rows that a further training left out" in capsys.readouterr().out


def test_data_that_comes_in_turns_is_not_held_out_in_turns(job):
    ((_, held),) = trainings(job, np.linspace(0, 1, 1000), LITTLE + 1)
    assert len(set(np.array(held) % FOLDS)) == FOLDS


@pytest.mark.parametrize("labels", [np.array(["a", "b", "c"]), np.array([1.5])])
def test_where_no_row_can_be_held_out_nothing_is_trained(job, labels):
    assert trainings(job, labels, 1) == []


def test_with_a_channel_validation_nothing_is_held_out(job, paths):
    job.channels["validation"] = Channel("validation", paths.data / "validation")
    assert trainings(job, LABELS, 1) == []


def test_a_further_training_that_fails_is_a_warning(job, capsys):
    def answers(trained: np.ndarray, held: np.ndarray) -> np.ndarray:
        raise MemoryError("no room")

    assert held_out.judge(job, LABELS, answers, 1) is None
    assert capsys.readouterr().out == (
        "warning: no rows could be held out, but the model is saved: MemoryError: no room\n"
    )
