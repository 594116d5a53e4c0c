"""Counters and a histogram of the server's requests, for `GET /metrics` in Prometheus's format (S-54).

Every worker counts in a place of its own in one file that they all map, so counting takes no system call and no wait
for another process, and a scrape, whichever worker answers it, adds up all of them. A new worker goes on counting where
the one that it replaces ended. https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import fcntl
import mmap
import os
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from itertools import accumulate
from pathlib import Path

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
INVOCATIONS, MODEL_INVOCATIONS, MODELS = "/invocations", "/models/{name}/invoke", "/models"
ROUTES = (INVOCATIONS, MODEL_INVOCATIONS, MODELS, "/ping", "other")
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
ALWAYS = (200, 400, 500, 503)  # told from the start: of a series that appears with 1, Prometheus sees no increase

# A process's place, of float64: invocations under way, of all answered their bytes in and out and their seconds, how
# many took how long, and how many requests by route and status.
UNDER_WAY, BYTES_IN, BYTES_OUT, SUM, BUCKETS = range(5)
ANSWERS = BUCKETS + len(SECONDS) + 1
COLUMNS = {
    (route, status.value): ANSWERS + number * len(HTTPStatus) + column
    for number, route in enumerate(ROUTES)
    for column, status in enumerate(HTTPStatus)
}
PLACE = ANSWERS + len(COLUMNS)


class Metrics:
    """Counters shared with every process that is forked from this one; create it before that."""

    def __init__(self, processes: int, refusals: Path | None = None):
        """`refusals` is a folder with files `refused.REASON`, of a byte for each request that nginx refused."""
        self._refusals = refusals
        self._places = processes + 1  # this process has one too
        self._file = tempfile.TemporaryFile(prefix="metrics-")  # noqa: SIM115  closed, it would lose its locks
        self._file.truncate(self._places * PLACE * 8)
        self._all = memoryview(mmap.mmap(self._file.fileno(), 0)).cast("d")
        self._threads = threading.Lock()  # a worker's threads share its place
        self._started = time.time()
        self._take_place()
        os.register_at_fork(after_in_child=self._take_place)

    def _take_place(self) -> None:
        """Lock the first place that is free; the system frees it when this process ends, however it does."""
        for place in range(self._places):
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                break
        self._own = self._all[place * PLACE : (place + 1) * PLACE]
        self._own[UNDER_WAY] = 0  # what the process before left unfinished

    def begin(self) -> float:
        """An invocation arrives; returns what `end` takes."""
        with self._threads:
            self._own[UNDER_WAY] += 1
        return time.perf_counter()

    def end(self, route: str, began: float, status: int, bytes_in: int, bytes_out: int) -> None:
        """An invocation, of the one model or of one of many, is answered."""
        seconds = time.perf_counter() - began
        own = self._own
        with self._threads:
            own[UNDER_WAY] -= 1
            own[BYTES_IN] += bytes_in
            own[BYTES_OUT] += bytes_out
            own[SUM] += seconds
            own[BUCKETS + bisect_left(SECONDS, seconds)] += 1
            own[COLUMNS[route, status]] += 1

    def count(self, path: str, status: int) -> None:
        """Any other request is answered."""
        route = MODELS if path.startswith(MODELS) else path
        route = route if route in ROUTES else "other"
        column = COLUMNS.get((route, status)) or COLUMNS[route, status // 100 * 100]  # a status that no standard has
        with self._threads:
            self._own[column] += 1

    def text(self) -> bytes:
        """The answer to a scrape."""
        return "".join(f"{line}\n" for line in self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        sums = [sum(self._all[index::PLACE]) for index in range(PLACE)]
        yield from _head("http_requests_total", "counter", "Requests that a worker answered, by route and status.")
        for (route, status), column in COLUMNS.items():
            if sums[column] or status in ALWAYS:
                yield f'http_requests_total{{route="{route}",status="{status}"}} {sums[column]:.0f}'

        name = "invocation_duration_seconds"
        yield from _head(name, "histogram", "Time from a worker's start on an invocation to its answer.")
        counts = list(accumulate(sums[BUCKETS:ANSWERS]))
        for bound, count in zip((*SECONDS, "+Inf"), counts, strict=True):
            yield f'{name}_bucket{{le="{bound}"}} {count:.0f}'
        yield f"{name}_sum {sums[SUM]:.6f}"
        yield f"{name}_count {counts[-1]:.0f}"

        yield from _one("invocation_request_bytes_total", "counter", "Bytes of the bodies sent.", sums[BYTES_IN])
        yield from _one("invocation_response_bytes_total", "counter", "Bytes of the answers.", sums[BYTES_OUT])
        under_way = "Invocations in progress in workers; those that wait for a worker are not counted."
        yield from _one("invocations_in_progress", "gauge", under_way, sums[UNDER_WAY])
        started = "When the model began to serve, in seconds since 1970."
        yield from _one("process_start_time_seconds", "gauge", started, self._started)

        if self._refusals:
            name = "refused_requests_total"
            yield from _head(name, "counter", "Requests that nginx itself answered with 503, before any worker.")
            for file in sorted(self._refusals.glob("refused.*")):
                yield f'{name}{{reason="{file.suffix[1:]}"}} {file.stat().st_size}'


def _one(name: str, kind: str, meaning: str, value: float) -> Iterator[str]:
    yield from _head(name, kind, meaning)
    yield f"{name} {value:.0f}"


def _head(name: str, kind: str, meaning: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
