"""A report on a training job: a page, and its pictures as files."""

from collections.abc import Iterable

from pydantic import BaseModel

from byoc.job import Job
from byoc.page import Part, Picture, Table, page


def write(job: Job, title: str, hyperparameters: BaseModel, parts: Iterable[Part]) -> None:
    """Write each picture among the parts as NAME.svg, and report.html: metrics, the parts, hyperparameters (T-43)."""
    parts = list(parts)
    metrics = Table("Metrics", ("metric", "value"), [(name, f"{value:.4f}") for name, value in job.metrics.items()])
    settings = Table("Hyperparameters", ("name", "value"), hyperparameters.model_dump().items())
    for part in parts:
        if isinstance(part, Picture):
            job.write_output(f"{part.name}.svg", part.svg)
    job.write_output("report.html", page(title, [metrics, *parts, settings]))
