"""The rounds of boosting, whichever framework does them: watched, ended in time, and resumed to the same end (C-04)."""

import ctypes
import json
import os
import signal
import threading
from itertools import pairwise

import numpy as np
import pytest

from byoc.boosting import rounds
from byoc.boosting.rounds import best_round, boost
from byoc.errors import InputError
from byoc.training.job import Job

ORIGIN = {"objective": "numbers", "columns": {"size": [], "colour": ["blue", "red"]}}


class RandomSums:
    """Adds up random numbers whose state, as in the frameworks, is lost between content and renewal."""

    def __init__(self, losses=lambda values: {"training": sum(values)}, most: int = 10_000):
        self._losses, self._most = losses, most
        self.renew(0, b"[]")

    def renew(self, done: int, content: bytes) -> None:
        self._random = np.random.default_rng(done)
        self.values = json.loads(content)

    def add(self, done: int) -> bool:
        assert done == len(self.values)
        if done == self._most:
            return False
        self.values.append(self._random.normal())
        return True

    def losses(self) -> dict[str, float]:
        return self._losses(self.values)

    def content(self) -> bytes:
        return json.dumps(self.values).encode()


class Waits(RandomSums):
    """As a framework's network does for other hosts: outside Python, where a signal ends what waits."""

    def add(self, done: int) -> bool:
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
        timer.start()
        assert ctypes.CDLL(None, use_errno=True).usleep(300_000) == 0, os.strerror(ctypes.get_errno())
        timer.join()
        return super().add(done)


class Killed(Exception):
    pass


class KilledAt(RandomSums):
    def __init__(self, round_: int):
        super().__init__()
        self._round = round_

    def add(self, done: int) -> bool:
        if done == self._round:
            raise Killed
        return super().add(done)


@pytest.fixture
def new_job(paths):
    paths.checkpoints.mkdir()
    return lambda: Job(paths)


def run(job: Job, booster, rounds: int = 100, patience: int | None = None, origin=ORIGIN):
    return boost(job, booster, origin, "loss", rounds, patience)


def of_validation(*losses: float):
    return lambda values: {"training": 0.0, "validation": losses[len(values) - 1]}


@pytest.mark.parametrize("killed_at", [7, 10, 59, 71, 72, 99])
def test_a_run_that_was_killed_comes_to_the_same_end(new_job, paths, killed_at):
    with pytest.raises(Killed):
        run(new_job(), KilledAt(killed_at))
    booster = RandomSums()
    history = run(new_job(), booster)
    for file in paths.checkpoints.iterdir():
        file.unlink()
    undisturbed = RandomSums()
    assert run(new_job(), undisturbed) == history
    assert booster.values == undisturbed.values


def test_little_is_lost_and_of_many_rounds_not_much_time_goes_into_checkpoints(new_job, paths, monkeypatch):
    monkeypatch.setattr("byoc.training.checkpoints.KEEP", 100)
    run(new_job(), RandomSums(), rounds=1000)
    steps = sorted(int(file.stem.split("-")[1]) for file in paths.checkpoints.iterdir())
    assert steps[:7] == [10, 20, 30, 40, 50, 60, 72]
    assert all(later - step <= max(10, step // 5) for step, later in pairwise(steps))
    assert sum(steps) < 7 * 1000  # trees to go through at renewals, against as many to be grown


def test_it_ends_when_validation_was_not_better_for_long_and_tells_the_best_round(new_job, capsys):
    history = run(new_job(), RandomSums(of_validation(3, 2, 2, 1, 5, 5, 5, 0)), patience=3)
    assert history["validation"] == [3, 2, 2, 1, 5, 5, 5]
    assert best_round(history) == 4
    assert "the model is that of round 4 of 7" in capsys.readouterr().out


def test_without_patience_or_validation_all_rounds_are_done(new_job):
    assert len(run(new_job(), RandomSums(of_validation(1, 2, 3, 4)), rounds=4)["validation"]) == 4
    history = run(new_job(), RandomSums(lambda values: {"training": len(values)}), rounds=4, patience=1)
    assert best_round(history) == 4


def test_it_ends_when_there_is_nothing_to_add(new_job, capsys):
    assert len(run(new_job(), RandomSums(most=7))["training"]) == 7
    assert "no tree can be added that fits better\nthe model is that of round 7 of 7" in capsys.readouterr().out


def test_each_round_tells_its_losses_by_the_names_of_the_metrics(new_job, capsys):
    run(new_job(), RandomSums(of_validation(0.5)), rounds=1)
    assert "round 1 of 1: train:loss=0.000000 validation:loss=0.500000\n" in capsys.readouterr().out


def test_a_job_that_is_stopped_at_once_still_has_a_round(new_job, monkeypatch):
    monkeypatch.setattr(Job, "stopping", True)
    assert len(run(new_job(), RandomSums())["training"]) == 1


def test_a_signal_breaks_in_upon_no_round(new_job):
    told = []
    before = signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    try:
        assert len(run(new_job(), Waits(), rounds=1)["training"]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == [signal.SIGTERM]


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ({"objective": "labels"}, "is of objective numbers, but this job has labels"),
        ({"columns": {"size": []}}, r"is of columns {'size': \[\], 'colour': \['blue', 'red'\]}, but this job has"),
    ],
)
def test_a_checkpoint_of_another_origin_is_refused(new_job, origin, message):
    run(new_job(), RandomSums(), rounds=rounds.ROUNDS_BETWEEN)
    with pytest.raises(InputError, match=message):
        run(new_job(), RandomSums(), origin=ORIGIN | origin)
