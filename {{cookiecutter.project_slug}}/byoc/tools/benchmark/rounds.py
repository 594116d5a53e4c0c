"""The order of measurement: every target in turn, round by round, so that all meet the same noise."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from . import client, load
from .client import Server, wait_until_ready
from .empty_handler import ANSWER, ENGINE, emptied
from .outcome import BenchmarkError, LeftOut
from .sample import Sample
from .targets.target_image import Image
from .targets.target_venv import Venv

CONNECTIONS = (1, 8, 64)
COMPARED_AT = 8  # the connections at which the empty handler is measured, too
WARM_UP = 2  # seconds; a worker that loads its model at its first request takes more than one
LARGE_REQUESTS = 3


@dataclass
class Measured:
    """Of one target: {figure's key: a value each round}, and why figures are missing, by key."""

    values: dict[str, list[float]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    memory_by: set[str] = field(default_factory=set)

    def add(self, **values: float) -> None:
        for key, value in values.items():
            self.values.setdefault(key, []).append(value)

    @contextmanager
    def or_left_out(self, key: str) -> Iterator[None]:
        try:
            yield
        except LeftOut as reason:
            self.left_out[key] = str(reason)


def run(
    targets: list[Image | Venv], sample: Sample, rounds: int, seconds: int, tell: Callable[[str], None]
) -> dict[str, Measured]:
    """Measure every target `rounds` times, with `seconds` of load at a time; {target's name: what was measured}."""
    measured = {target.name: Measured() for target in targets}
    load.require()
    for target in targets:
        target.require()
        with measured[target.name].or_left_out("size_mb"):
            measured[target.name].add(size_mb=target.size())
    took = len(targets) * (seconds * (len(CONNECTIONS) + 1) + 2 * WARM_UP + 4)
    tell(f"rounds of about {took} s: {rounds}")
    for number in range(1, rounds + 1):
        for target in targets:
            started = time.monotonic()
            measure(target, sample, seconds, measured[target.name])
            rates = measured[target.name].values.get(f"rate_{COMPARED_AT}", [])
            seen = f"{rates[-1]:,.0f} requests/s, {COMPARED_AT} connections" if rates else "failed under load"
            tell(f"round {number}/{rounds}  {target.name}  {seen}  ({time.monotonic() - started:.0f} s)")
    return measured


def measure(target: Image | Venv, sample: Sample, seconds: int, measured: Measured) -> None:
    """One round of one target. Memory comes before the large body, which would count as what is kept for the next."""
    with target.serving() as server:
        start = wait_until_ready(server)
        measured.add(start_s=start)
        try:
            ask(server, sample, sample.lines)
        except LeftOut as wrong:
            raise BenchmarkError(f"{wrong}\nPAYLOAD= and MODEL= name what belongs together.") from None
        load.post(server.port, sample.row, sample.content_type, COMPARED_AT, WARM_UP)
        rates = {}
        for connections in CONNECTIONS:
            with measured.or_left_out(f"rate_{connections}"):
                seen = load.post(server.port, sample.row, sample.content_type, connections, seconds)
                rates[connections] = seen.rate
                figures = {"rate": seen.rate, "p50": seen.p50_ms, "p99": seen.p99_ms}
                measured.add(**{f"{name}_{connections}": value for name, value in figures.items()})
        with measured.or_left_out("memory_mb"):
            memory, by = server.memory()
            measured.add(memory_mb=memory / 1e6)
            measured.memory_by.add(by)
        with measured.or_left_out("large_ms"):
            if not sample.large:
                raise LeftOut(f"{sample.content_type} has no rows that could be repeated")
            measured.add(large_ms=1000 * median(ask(server, sample, sample.large) for _ in range(LARGE_REQUESTS)))
    with measured.or_left_out("empty_rate"), target.serving(emptied(target.engine())) as server:
        empty = empty_rate(server, sample, seconds)
        measured.add(empty_rate=empty)
        if COMPARED_AT in rates:
            measured.add(predicting=rates[COMPARED_AT] / empty)


def ask(server: Server, sample: Sample, lines: tuple[bytes, ...]) -> float:
    """Seconds that one request with these lines takes; raises LeftOut unless the answer is good."""
    body = b"".join(lines)
    started = time.perf_counter()
    try:
        answer = client.request(server.port, "POST", "/invocations", body, sample.content_type)
    except (OSError, http.client.HTTPException) as error:
        raise LeftOut(f"{server.name} does not answer {len(lines):,} lines: {type(error).__name__}") from None
    took = time.perf_counter() - started
    sample.check(server.name, *answer, len(lines))
    return took


def empty_rate(server: Server, sample: Sample, seconds: int) -> float:
    """Requests/s with an empty handler; raises LeftOut if another has answered."""
    try:
        wait_until_ready(server)
        _, answer = client.request(server.port, "POST", "/invocations", sample.row, sample.content_type)
    except (BenchmarkError, OSError, http.client.HTTPException) as error:
        raise LeftOut(f"it does not serve an empty handler: {error}") from None
    if answer != ANSWER:
        raise LeftOut(f"its answers do not come from {ENGINE}, whose handler was an empty one")
    load.post(server.port, sample.row, sample.content_type, COMPARED_AT, WARM_UP)
    return load.post(server.port, sample.row, sample.content_type, COMPARED_AT, seconds).rate
