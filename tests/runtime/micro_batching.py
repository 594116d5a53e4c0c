"""What the tests of micro-batches share: a model that is held up, and threads that ask it meanwhile."""

import threading
from concurrent.futures import Executor, Future

import numpy as np

from byoc.serving.micro_batches import MicroBatches
from endpoint import wait_until

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


def ask(pool: Executor, model: Model, *requests: np.ndarray, seconds: float = 0, limit: int = 8) -> list[Future]:
    """Ask, while a first call holds the model up, all the rest, in order; then let it go."""
    batches = MicroBatches(model, seconds, limit, LONG)
    futures = [pool.submit(batches, rows(0), None)]
    wait_until(lambda: model.calls)
    for number, request in enumerate(requests, 1):
        futures.append(pool.submit(batches, request, None))
        wait_until(lambda number=number: len(batches._waiting) == number)
    model.go.set()
    return futures[1:]


def results(futures: list[Future]) -> list:
    """What each got; of an error its text."""
    answers = [future.exception(LONG) or future.result() for future in futures]
    return [str(answer) if isinstance(answer, Exception) else answer.tolist() for answer in answers]
