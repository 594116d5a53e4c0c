"""The report on a neural network trained on rows of numbers and categories."""

from collections.abc import Iterator

import numpy as np
from pydantic import BaseModel

from byoc.channels import targets
from byoc.hosts.collectives import Collectives
from byoc.reports import charts, classification, data_tables, regression, report
from byoc.reports.report import Part, Picture
from byoc.tabular.dataset import Data, Outputs, Rows
from byoc.tabular.epochs import Epochs
from byoc.tabular.report_rows import shown
from byoc.training.job import Job

MOST_ROWS = 5000  # that the importance is found with …
MOST_VALUES = 5_000_000  # … in all their columns …
MOST_COLUMNS = 100  # … of which each of these is mixed up once


def write(job: Job, title: str, hyperparameters: BaseModel, data: Data, epochs: Epochs, outputs: Outputs) -> None:
    """Write report.html and its pictures: the first host does, all hosts tell it of their rows."""
    name, rows = shown(job.collectives, *data.judged)
    trained, training = shown(job.collectives, "training", data.training)
    if not job.leads:
        return
    report.write(job, title, hyperparameters, _parts(data, epochs, outputs, name, rows, trained, training))


def _parts(
    data: Data, epochs: Epochs, outputs: Outputs, name: str, rows: Rows, trained: str, training: Rows
) -> Iterator[Part]:
    losses = {metric: values for metric, values in epochs.history.items() if metric.endswith(":loss")}
    yield Picture("learning_curves", "Loss after each epoch", charts.curves("Loss", "epoch", losses, epochs.best))
    answers = data.target.answers(outputs(rows.encoded))
    if data.target.labels:
        yield from classification.judged(name, np.array(data.target.labels), rows.labels, answers)
        told = training.labels
    else:
        yield from regression.judged(name, targets.numbers(rows.labels, name), answers)
        told = targets.numbers(training.labels, "training")
    names = rows.records.dtype.names
    yield Picture(
        "importance",
        "Permutation importance: how much the loss grows when a column is shuffled",
        charts.bars("Importance", importance(data, rows, outputs)),
        f"of the first {MOST_COLUMNS} of {len(names):,} columns" if len(names) > MOST_COLUMNS else "",
    )
    yield from data_tables.about(trained, told, {each: training.records[each] for each in names})


def importance(data: Data, rows: Rows, outputs: Outputs) -> dict[str, float]:
    """By how much the loss rises when a column's values are spread over the rows at random; 0 if it does not.

    With so many rows and columns at most that it takes seconds.
    """
    most = min(len(rows.labels), MOST_ROWS, max(1, MOST_VALUES // rows.encoded.shape[1]))
    some = np.linspace(0, len(rows.labels) - 1, most).astype(int)
    learnt, records = rows.learnt[some], rows.records[some]

    def loss(records: np.ndarray) -> float:
        return data.target.scores(learnt, data.target.answers(outputs(data.encoding.encode(records))), Collectives())[
            "loss"
        ]

    least = loss(records)
    rises = {}
    for name in records.dtype.names[:MOST_COLUMNS]:
        mixed = records.copy()
        mixed[name] = np.random.default_rng(0).permutation(mixed[name])
        rises[name] = max(0.0, loss(mixed) - least)
    return rises
