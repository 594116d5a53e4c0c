"""The report on a neural network trained on rows of numbers and categories."""

import numpy as np
from pydantic import BaseModel

from byoc.channels import targets
from byoc.hosts.collectives import Collectives
from byoc.reports import charts, classification, data_tables, regression, report
from byoc.reports.report import Picture
from byoc.tabular.dataset import Data, Outputs, Rows
from byoc.tabular.epochs import Epochs
from byoc.tabular.report_rows import shown
from byoc.training.job import Job

MOST_ROWS = 5000  # that the importance is found with


def write(job: Job, title: str, hyperparameters: BaseModel, data: Data, epochs: Epochs, outputs: Outputs) -> None:
    """Write report.html and its pictures: the first host does, all hosts tell it of their rows."""
    name, rows = shown(job.collectives, *data.judged)
    trained, training = shown(job.collectives, "training", data.training)
    if not job.leads:
        return
    answers = data.target.answers(outputs(rows.encoded))
    losses = {metric: values for metric, values in epochs.history.items() if metric.endswith(":loss")}
    if data.target.labels:
        judged = classification.judged(name, np.array(data.target.labels), rows.labels, answers)
        told = training.labels
    else:
        judged = regression.judged(name, targets.numbers(rows.labels, name), answers)
        told = targets.numbers(training.labels, "training")
    parts = [
        Picture("learning_curves", "Loss after each epoch", charts.curves("Loss", "epoch", losses, epochs.best)),
        *judged,
        Picture(
            "importance",
            "What the network looks at: how much worse it is where a column is mixed up",
            charts.bars("Importance", importance(data, rows, outputs)),
        ),
        *data_tables.about(trained, told, {each: training.records[each] for each in rows.records.dtype.names}),
    ]
    report.write(job, title, hyperparameters, parts)


def importance(data: Data, rows: Rows, outputs: Outputs) -> dict[str, float]:
    """By how much the loss rises when a column's values are spread over the rows at random; 0 if it does not."""
    some = np.linspace(0, len(rows.labels) - 1, min(len(rows.labels), MOST_ROWS)).astype(int)
    learnt, records = rows.learnt[some], rows.records[some]

    def loss(records: np.ndarray) -> float:
        return data.target.scores(learnt, data.target.answers(outputs(data.encoding.encode(records))), Collectives())[
            "loss"
        ]

    least = loss(records)
    rises = {}
    for name in records.dtype.names:
        mixed = records.copy()
        mixed[name] = np.random.default_rng(0).permutation(mixed[name])
        rises[name] = max(0.0, loss(mixed) - least)
    return rises
