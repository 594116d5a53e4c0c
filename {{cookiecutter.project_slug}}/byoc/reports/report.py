"""The report on a training job: report.html, and its pictures as files."""

from collections.abc import Iterable
from typing import Protocol

from pydantic import BaseModel

from byoc import notices
from byoc.reports.page import Part, Picture, Table, page


class Job(Protocol):
    """What a report needs of byoc.training.job.Job."""

    metrics: dict[str, float]

    def write_output(self, name: str, content: str) -> None: ...


def write(job: Job, title: str, hyperparameters: BaseModel, parts: Iterable[Part]) -> None:
    """Write each picture among the parts as NAME.svg, and all in report.html (T-43).

    Metrics and warnings come before the parts, hyperparameters after them.
    """
    parts = list(parts)
    metrics = Table("Metrics", ("metric", "value"), [(name, f"{value:.4f}") for name, value in job.metrics.items()])
    settings = Table("Hyperparameters", ("name", "value"), dict(hyperparameters).items())
    warned = Table("Warnings", ("what is probably not meant",), [(sentence,) for sentence in notices.given()])
    for part in parts:
        if isinstance(part, Picture):
            job.write_output(f"{part.name}.svg", part.svg)
    job.write_output("report.html", page(title, [metrics, *([warned] if notices.given() else []), *parts, settings]))
