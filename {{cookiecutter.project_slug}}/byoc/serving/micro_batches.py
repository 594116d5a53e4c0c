"""Micro-batches: one call of the model for requests that arrive at about the same time (BYOC_MICRO_BATCH_MS).

Whoever asks leads if nobody does: waits a little for company, calls the model for all, and hands the lead on to the
first of those who have come meanwhile. No thread stands behind it, so that a lone client pays next to nothing.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from byoc import log

WAITING, TAKEN, ANSWERED, FAILED = "waiting", "taken", "answered", "failed"
NO_ROWS = (
    "BYOC_MICRO_BATCH_MS has no effect: what predict_fn returned is no NumPy array with a row for each row, "
    "nor a dict of such"
)


class Request:
    """What a thread asks, and how far it is. Those of a kind are asked together; one whose kind is None goes alone."""

    def __init__(self, data: Any, kind: object, lock: threading.Lock):
        self.data, self.kind = data, kind
        self.state = WAITING
        self.answer: Any = None
        self.changed = threading.Condition(lock)


class MicroBatches:
    """Calls `predict_fn(data, model)` for many threads, one batch after the other.

    A batch has at most `rows` rows. It waits at most `seconds`, and only for as many requests as there were lately at
    the same time. What lasts longer than `timeout` seconds hangs: the server gives up those in it and replaces the
    worker (S-45); until then, those behind it go on without it.
    """

    def __init__(self, predict_fn: Callable[[Any, Any], Any], seconds: float, rows: int, timeout: float):
        self._predict_fn = predict_fn
        self._seconds, self._rows, self._timeout = seconds, rows, timeout
        self._lock = threading.Lock()
        self._waiting: list[Request] = []
        self._leader: Request | None = None
        self._overdue = 0.0  # when the leader hangs
        self._company = 1
        self._divides = True

    def __call__(self, data: Any, model: Any) -> Any:
        """What `predict_fn` returns or raises for `data` alone.

        If a batch fails, each request of it is asked alone, so that only the one to blame gets the error.
        """
        fits = type(data) is np.ndarray and data.ndim and 0 < len(data) <= self._rows
        request = Request(data, (data.shape[1:], data.dtype) if fits else None, self._lock)
        self._ask(request, model)
        if request.state is FAILED:
            request = Request(data, None, self._lock)
            self._ask(request, model)
        return request.answer

    def _ask(self, request: Request, model: Any) -> None:
        with self._lock:
            self._waiting.append(request)
            if self._leader and self._enough(self._leader):
                self._leader.changed.notify()
            while request.state is WAITING and not self._may_lead(request):
                request.changed.wait(self._overdue - time.monotonic())
            if request.state is not WAITING:
                request.changed.wait_for(lambda: request.state is not TAKEN)
                return
            batch = self._gather(request)
        try:
            self._call(batch, model)
        except BaseException:  # a handler may even call sys.exit
            if len(batch) == 1:
                raise
        finally:
            with self._lock:
                self._end(request, batch)

    def _may_lead(self, request: Request) -> bool:
        return self._leader in (None, request) or time.monotonic() >= self._overdue

    def _lead(self, request: Request) -> None:
        self._leader = request
        self._overdue = time.monotonic() + self._timeout

    def _enough(self, leader: Request) -> bool:
        """Whether as many are there as there were lately, or as can be asked at a time."""
        rows = sum(len(request.data) for request in (leader, *self._waiting) if request.kind)
        return 1 + len(self._waiting) >= self._company or rows >= self._rows

    def _gather(self, leader: Request) -> list[Request]:
        self._lead(leader)
        batch = [self._take(leader)]
        if leader.kind and self._divides:
            leader.changed.wait_for(lambda: self._enough(leader), self._seconds)
            rows = len(leader.data)
            for request in [request for request in self._waiting if request.kind == leader.kind]:
                rows += len(request.data)
                if rows > self._rows:
                    break
                batch.append(self._take(request))
        return batch

    def _take(self, request: Request) -> Request:
        self._waiting.remove(request)
        request.state = TAKEN
        return request

    def _call(self, batch: list[Request], model: Any) -> None:
        data = np.concatenate([request.data for request in batch]) if len(batch) > 1 else batch[0].data
        answer = self._predict_fn(data, model)
        if batch[0].kind and self._divides and not is_by_rows(answer, len(data)):
            self._divides = False
            log.line(remark=NO_ROWS)
        if len(batch) == 1:
            batch[0].answer, batch[0].state = answer, ANSWERED
        elif self._divides:
            end = 0
            for request in batch:
                start, end = end, end + len(request.data)
                request.answer, request.state = part(answer, slice(start, end)), ANSWERED

    def _end(self, leader: Request, batch: list[Request]) -> None:
        for request in batch:
            if request.state is TAKEN:
                request.state = FAILED
            request.changed.notify()
        if self._leader is not leader:  # it hung, and another has taken its place
            return
        self._company = len(batch) + len(self._waiting)
        self._leader = None
        if self._waiting:
            self._lead(self._waiting[0])
            self._leader.changed.notify()


def is_by_rows(answer: Any, rows: int) -> bool:
    """Whether the answer is an array with so many rows, or a dict of such; OnnxModel's has its labels besides."""
    if type(answer) is dict:
        arrays = [value for name, value in answer.items() if not is_of_model(name, value)]
        return bool(arrays) and all(isinstance(value, np.ndarray) and is_by_rows(value, rows) for value in arrays)
    return isinstance(answer, np.ndarray) and answer.ndim > 0 and len(answer) == rows


def part(answer: Any, rows: slice) -> Any:
    if type(answer) is dict:
        return {name: value if is_of_model(name, value) else value[rows] for name, value in answer.items()}
    return answer[rows]


def is_of_model(name: Any, value: Any) -> bool:
    return name == "labels" and type(value) is tuple
