"""Requests of several threads become one call of the model, and each gets its own answer (BYOC_MICRO_BATCH_MS)."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from serving import wait_until

from byoc.micro_batches import MicroBatches

LONG = 30  # seconds, in which everything that is waited for has come


class Model:
    """Notes how many rows each call has, and holds up the first until `go`; a negative number is more than it takes."""

    def __init__(self):
        self.calls: list[int] = []
        self.go = threading.Event()

    def __call__(self, data, model):
        self.calls.append(len(data))
        if len(self.calls) == 1:
            assert self.go.wait(LONG)
        if np.min(data) < 0:
            raise ValueError(f"{np.min(data):.0f}")
        return data.sum(axis=1)


def rows(*numbers: float, columns: int = 2) -> np.ndarray:
    return np.array([[number] * columns for number in numbers], np.float32)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(20) as pool:
        yield pool


@pytest.fixture
def asked(pool):
    """Ask, while a first call holds the model up, all the rest, in order; then let it go. Gives the futures."""

    def ask(model, *requests, seconds: float = 0, limit: int = 8, timeout: float = LONG) -> list[Future]:
        batches = MicroBatches(model, seconds, limit, timeout)
        futures = [pool.submit(batches, rows(0), None)]
        wait_until(lambda: model.calls)
        for number, request in enumerate(requests, 1):
            futures.append(pool.submit(batches, request, None))
            wait_until(lambda number=number: len(batches._waiting) == number)
        model.go.set()
        return futures[1:]

    return ask


def results(futures: list[Future]) -> list:
    """What each got; of an error its text."""
    answers = [future.exception(LONG) or future.result() for future in futures]
    return [str(answer) if isinstance(answer, Exception) else answer.tolist() for answer in answers]


def test_who_is_alone_is_asked_as_it_comes_and_at_once():
    seen = []
    batches = MicroBatches(lambda data, model: seen.append((data, model)) or data, 3600, 8, LONG)
    for request in (rows(1), rows(1, 2, 3)):
        assert batches(request, "model") is request
    assert [(data.tolist(), model) for data, model in seen] == [
        (rows(1).tolist(), "model"),
        (rows(1, 2, 3).tolist(), "model"),
    ]


def test_what_comes_while_the_model_is_busy_is_one_call_and_each_gets_its_own_rows(asked):
    model = Model()
    futures = asked(model, rows(1), rows(2, 3), rows(4))
    assert results(futures) == [[2], [4, 6], [8]]
    assert model.calls == [1, 4]


def test_a_call_has_no_more_rows_than_the_limit(asked):
    model = Model()
    futures = asked(model, rows(1), rows(2, 3), rows(4), rows(5), limit=3)
    assert results(futures) == [[2], [4, 6], [8], [10]]
    assert model.calls == [1, 3, 2]


@pytest.mark.parametrize(
    "other",
    [rows(5, 6, 7, 8), rows(5, columns=3), rows(5).astype(np.float64), rows(5)[:0], np.array(5.0), [[5.0, 5.0]]],
    ids=["too many rows", "other columns", "other type", "no rows", "no axis", "no array"],
)
def test_what_does_not_fit_the_others_goes_alone(asked, other):
    seen = []

    class Any(Model):
        def __call__(self, data, model):
            seen.append(data)
            super().__call__(rows(1), model)
            return np.zeros(np.shape(data)[0] if np.ndim(data) else 1)

    futures = asked(Any(), rows(1), other, rows(2), limit=3)
    assert [len(answer) for answer in results(futures)] == [1, np.shape(other)[0] if np.ndim(other) else 1, 1]
    assert [data is other for data in seen] == [False, False, True]
    assert len(seen[1]) == 2


def test_an_error_stays_with_who_is_to_blame(asked):
    model = Model()
    futures = asked(model, rows(1), rows(2, -3), rows(4), rows(-5))
    assert results(futures) == [[2], "-3", [8], "-5"]
    assert model.calls[:2] == [1, 5]
    assert sorted(model.calls[2:]) == [1, 1, 1, 2]


def test_a_handler_that_exits_ends_no_other_request(asked):
    class Exits(Model):
        def __call__(self, data, model):
            answer = super().__call__(np.abs(data), model)
            return answer if np.min(data) >= 0 else exit()

    futures = asked(Exits(), rows(1), rows(-2), rows(3))
    assert results(futures[::2]) == [[2], [6]]
    assert isinstance(futures[1].exception(LONG), SystemExit)


@pytest.mark.parametrize(
    ("answer", "divides"),
    [
        (lambda data: {"a": data, "b": data[:, 0], "labels": ("x", "y", "z")}, True),
        (lambda data: {"a": data, "labels": data[:, 0].astype(int)}, True),
        (lambda data: {"a": data, "labels": ["x"] * len(data)}, False),
        (lambda data: {"a": data, "b": "text"}, False),
        (lambda data: {"a": data, "b": ("x",) * len(data)}, False),
        (lambda data: {"labels": ("x",) * len(data)}, False),
        (lambda data: [data, data], False),
        (lambda data: data.tolist(), False),
        (lambda data: data.sum(), False),
        (lambda data: np.array(data.sum()), False),
        (lambda data: data.sum(axis=0), False),
        (lambda data: iter(data), False),
    ],
)
def test_only_a_row_for_each_row_is_divided_and_any_other_answer_is_right_too(asked, capsys, answer, divides):
    class Answers(Model):
        def __call__(self, data, model):
            super().__call__(data, model)
            return answer(data)

    model = Answers()
    requests = [rows(1), rows(2, 3, 4), rows(5)]
    for future, request in zip(asked(model, *requests), requests, strict=True):
        got, alone = future.result(LONG), answer(request)
        assert type(got) is type(alone)
        if not hasattr(alone, "__next__"):
            assert repr(got) == repr(alone)
    assert model.calls == ([1, 5] if divides else [1, 1, 3, 1])
    assert capsys.readouterr().out.count("BYOC_MICRO_BATCH_MS has no effect") == (not divides)


def test_who_leads_waits_for_as_many_as_there_were_lately(asked, pool):
    model = Model()
    batches = MicroBatches(model, 100 * LONG, 8, LONG)
    first = pool.submit(batches, rows(1), None)
    wait_until(lambda: model.calls)
    others = [pool.submit(batches, rows(number), None) for number in (2, 3)]
    wait_until(lambda: len(batches._waiting) == 2)
    model.go.set()
    wait_until(first.done)
    assert model.calls == [1]  # they were three, so two of them wait for it to come again
    assert results([*others, pool.submit(batches, rows(4), None)]) == [[4], [6], [8]]
    assert model.calls == [1, 3]


def test_nobody_waits_longer_than_set_for_those_who_do_not_come(asked):
    model = Model()
    assert results(asked(model, rows(1), rows(2), seconds=0.01)) == [[2], [4]]
    assert model.calls == [1, 2]


def test_a_full_call_waits_for_nobody(asked):
    model = Model()
    assert results(asked(model, rows(1), rows(2, 3), seconds=100 * LONG, limit=3)) == [[2], [4, 6]]
    assert model.calls == [1, 3]


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


def test_each_of_many_gets_its_own_whoever_fails_and_however_they_come(pool):
    calls = []

    def predict(data, model):
        calls.append(len(data))
        if np.min(data) < 0:
            raise ValueError(f"{np.min(data):.0f}")
        return data * 2

    batches = MicroBatches(predict, 0.001, 8, LONG)
    numbers = [number if number % 7 else -number for number in range(1, 1000)]
    futures = [pool.submit(batches, rows(*[number] * (abs(number) % 3 + 1)), None) for number in numbers]
    expected = [str(n) if n < 0 else (2 * rows(*[n] * (n % 3 + 1))).tolist() for n in numbers]
    assert results(futures) == expected
    assert max(calls) <= 8
