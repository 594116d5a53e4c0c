"""The report on a training job: report.html, and its pictures as files.

It comes after the model is saved and costs the job nothing: what goes wrong with it, or takes too long, is a warning.
"""

import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from pydantic import BaseModel

from byoc import notices
from byoc.channels.channel import Channel
from byoc.reports import provenance
from byoc.reports.page import Part, Picture, Table, bullets, page, short

LIMIT = 60  # seconds; a job that SageMaker stops has 120
HELD_OUT = "held_out: of rows that further trainings left out; the model itself is of all rows"
OVER = signal.SIGVTALRM  # the supervisor has SIGALRM


class Job(Protocol):
    """What a report needs of byoc.training.job.Job."""

    metrics: dict[str, float]
    channels: Mapping[str, Channel]

    def expendable(self) -> AbstractContextManager[None]: ...

    def write_output(self, name: str, content: str) -> None: ...


def write(job: Job, title: str, hyperparameters: BaseModel, parts: Iterable[Part]) -> None:
    """Write each picture among the parts as NAME.svg, and report.html: metrics, the parts, hyperparameters (T-43).

    Let `parts` be a generator: what fails in it, or takes longer than LIMIT, is left out of the report with a warning.
    Call it when the model is saved.
    """
    _flattered(job)
    told: list[Part] = []
    try:
        with job.expendable(), _at_most(LIMIT):
            told.extend(parts)
    except Exception as error:
        notices.warn(f"the report is not complete, but the model is saved: {_reason(error)}")
    try:
        for part in told:
            if isinstance(part, Picture):
                job.write_output(f"{part.name}.svg", part.svg)
        warnings = [bullets("Warnings", notices.given())] if notices.given() else []
        values = [(name, f"{value:.4f}") for name, value in job.metrics.items()]
        note = HELD_OUT if any(name.startswith("held_out:") for name in job.metrics) else ""
        metrics = Table("Metrics", ("metric", "value"), values, note)
        settings = Table("Hyperparameters", ("name", "value"), dict(hyperparameters).items())
        whole = [*warnings, *provenance.tables(title, job.channels), metrics, *told, settings]
        job.write_output("report.html", page(title, whole))
    except Exception as error:
        notices.warn(f"there is no report, but the model is saved: {_reason(error)}")


def _flattered(job: Job) -> None:
    """Warn where all scores are of rows that the model was trained on."""
    if job.metrics and all(name.startswith("train:") for name in job.metrics):
        notices.warn(
            "every score is of rows that the model was trained on, and better than it will be on others; "
            "give the job a channel validation"
        )


class _OutOfTime(Exception):
    pass


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """A block that ends with an error after so many seconds; a call outside Python is finished first."""

    def over(number: int, frame: object) -> None:
        raise _OutOfTime(f"it took more than {seconds:g} s")

    signal.signal(OVER, over)
    timer = threading.Timer(seconds, signal.pthread_kill, (threading.get_ident(), OVER))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        signal.signal(OVER, signal.SIG_IGN)  # a late one would end the process


def _reason(error: Exception) -> str:
    first, *_ = str(error).splitlines() or [""]
    name = "" if isinstance(error, _OutOfTime) else f"{type(error).__name__}: "
    return short(f"{name}{first}")
