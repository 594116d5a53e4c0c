"""Requests of several threads become one call of the model, and each gets its own answer (BYOC_MICRO_BATCH_MS)."""

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


def test_who_is_alone_is_asked_as_it_comes_and_at_once():
    seen = []
    batches = MicroBatches(lambda data, model: seen.append((data, model)) or data, 3600, 8, LONG)
    for request in (rows(1), rows(1, 2, 3)):
        assert batches(request, "model") is request
    assert [(data.tolist(), model) for data, model in seen] == [
        (rows(1).tolist(), "model"),
        (rows(1, 2, 3).tolist(), "model"),
    ]


def test_what_comes_while_the_model_is_busy_is_one_call_and_each_gets_its_own_rows(pool):
    model = Model()
    futures = ask(pool, model, rows(1), rows(2, 3), rows(4))
    assert results(futures) == [[2], [4, 6], [8]]
    assert model.calls == [1, 4]


def test_a_call_has_no_more_rows_than_the_limit(pool):
    model = Model()
    futures = ask(pool, model, rows(1), rows(2, 3), rows(4), rows(5), limit=3)
    assert results(futures) == [[2], [4, 6], [8], [10]]
    assert model.calls == [1, 3, 2]


@pytest.mark.parametrize(
    "other",
    [rows(5, 6, 7, 8), rows(5, columns=3), rows(5).astype(np.float64), rows(5)[:0], np.array(5.0), [[5.0, 5.0]]],
    ids=["too many rows", "other columns", "other type", "no rows", "no axis", "no array"],
)
def test_what_does_not_fit_the_others_goes_alone(pool, other):
    seen = []

    class Any(Model):
        def __call__(self, data, model):
            seen.append(data)
            super().__call__(rows(1), model)
            return np.zeros(np.shape(data)[0] if np.ndim(data) else 1)

    futures = ask(pool, Any(), rows(1), other, rows(2), limit=3)
    assert [len(answer) for answer in results(futures)] == [1, np.shape(other)[0] if np.ndim(other) else 1, 1]
    assert [data is other for data in seen] == [False, False, True]
    assert len(seen[1]) == 2


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
def test_only_a_row_for_each_row_is_divided_and_any_other_answer_is_right_too(pool, capsys, answer, divides):
    class Answers(Model):
        def __call__(self, data, model):
            super().__call__(data, model)
            return answer(data)

    model = Answers()
    requests = [rows(1), rows(2, 3, 4), rows(5)]
    for future, request in zip(ask(pool, model, *requests), requests, strict=True):
        got, alone = future.result(LONG), answer(request)
        assert type(got) is type(alone)
        if not hasattr(alone, "__next__"):
            assert repr(got) == repr(alone)
    assert model.calls == ([1, 5] if divides else [1, 1, 3, 1])
    assert capsys.readouterr().out.count("BYOC_MICRO_BATCH_MS has no effect") == (not divides)


def test_who_leads_waits_for_as_many_as_there_were_lately(pool):
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


def test_nobody_waits_longer_than_set_for_those_who_do_not_come(pool):
    model = Model()
    assert results(ask(pool, model, rows(1), rows(2), seconds=0.01)) == [[2], [4]]
    assert model.calls == [1, 2]


def test_a_full_call_waits_for_nobody(pool):
    model = Model()
    assert results(ask(pool, model, rows(1), rows(2, 3), seconds=100 * LONG, limit=3)) == [[2], [4, 6]]
    assert model.calls == [1, 3]


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
