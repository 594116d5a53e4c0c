"""Micro-batches in which a request fails, exits or hangs: the others get their answers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from byoc.serving.micro_batches import MicroBatches
from endpoint import wait_until
from micro_batching import LONG, Model, ask, results, rows


@pytest.fixture
def pool():
    with ThreadPoolExecutor(20) as pool:
        yield pool


def test_an_error_stays_with_who_is_to_blame(pool):
    model = Model()
    futures = ask(pool, model, rows(1), rows(2, -3), rows(4), rows(-5))
    assert results(futures) == [[2], "-3", [8], "-5"]
    assert model.calls[:2] == [1, 5]
    assert sorted(model.calls[2:]) == [1, 1, 1, 2]


def test_a_handler_that_exits_ends_no_other_request(pool):
    class Exits(Model):
        def __call__(self, data, model):
            answer = super().__call__(np.abs(data), model)
            return answer if np.min(data) >= 0 else exit()

    futures = ask(pool, Exits(), rows(1), rows(-2), rows(3))
    assert results(futures[::2]) == [[2], [6]]
    assert isinstance(futures[1].exception(LONG), SystemExit)


def test_those_behind_a_call_that_hangs_go_on_without_it(pool):
    class Hangs(Model):
        def __call__(self, data, model):
            return super().__call__(data, model) if len(data) == 2 else data.sum(axis=1)

    model = Hangs()
    batches = MicroBatches(model, 0, 8, timeout=0.2)
    hangs = pool.submit(batches, rows(1, 1), None)
    wait_until(lambda: model.calls)
    assert results([pool.submit(batches, rows(number), None) for number in (2, 3, 4)]) == [[4], [6], [8]]
    assert not hangs.done()
    assert results([pool.submit(batches, rows(5), None)]) == [[10]]
    model.go.set()
    assert results([hangs]) == [[2, 2]]
    assert results([pool.submit(batches, rows(6), None)]) == [[12]]


def test_a_call_that_hung_and_ends_after_all_leaves_the_lead_to_who_took_it(pool):
    gates = {1: threading.Event(), 2: threading.Event()}
    calls = []

    def predict(data, model):
        calls.append(len(data))
        assert gates[len(data)].wait(LONG)
        return data.sum(axis=1)

    batches = MicroBatches(predict, 0, 8, LONG)
    hung = pool.submit(batches, rows(1), None)
    wait_until(lambda: calls == [1])
    batches._overdue = 0
    second = pool.submit(batches, rows(2, 2), None)
    wait_until(lambda: calls == [1, 2])
    third = pool.submit(batches, rows(3), None)
    wait_until(lambda: batches._waiting)
    leader = batches._leader
    gates[1].set()
    assert results([hung]) == [[2]]
    assert batches._leader is leader
    gates[2].set()
    assert results([second, third]) == [[4, 4], [6]]
