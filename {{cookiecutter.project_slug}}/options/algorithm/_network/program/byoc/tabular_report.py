"""What a person looks at after a neural network was trained on rows of numbers and categories."""

import numpy as np
from pydantic import BaseModel

from byoc import charts, report, report_data, report_labels, report_numbers, targets
from byoc.epochs import Epochs
from byoc.job import Job
from byoc.peers import Peers
from byoc.report import Picture
from byoc.tabular_data import Data, Outputs, Rows
from byoc.tabular_shown import shown

MOST_ROWS = 5000  # that the importance is found with


def write(job: Job, title: str, hyperparameters: BaseModel, data: Data, epochs: Epochs, outputs: Outputs) -> None:
    """Write report.html and its pictures: the first host does, all hosts tell it of their rows."""
    name, rows = shown(job.peers, *data.judged)
    trained, training = shown(job.peers, "training", data.training)
    if not job.leads:
        return
    answers = data.target.answers(outputs(rows.encoded))
    losses = {metric: values for metric, values in epochs.history.items() if metric.endswith(":loss")}
    if data.target.labels:
        judged = report_labels.judged(name, np.array(data.target.labels), rows.labels, answers)
        told = training.labels
    else:
        judged = report_numbers.judged(name, targets.numbers(rows.labels, name), answers)
        told = targets.numbers(training.labels, "training")
    parts = [
        Picture("learning_curves", "Loss after each epoch", charts.curves("Loss", "epoch", losses, epochs.best)),
        *judged,
        Picture(
            "importance",
            "What the network looks at: how much worse it is where a column is mixed up",
            charts.bars("Importance", importance(data, rows, outputs)),
        ),
        *report_data.about(trained, told, {each: training.records[each] for each in rows.records.dtype.names}),
    ]
    report.write(job, title, hyperparameters, parts)


def importance(data: Data, rows: Rows, outputs: Outputs) -> dict[str, float]:
    """By how much the loss rises when a column's values are spread over the rows at random; 0 if it does not."""
    some = np.linspace(0, len(rows.labels) - 1, min(len(rows.labels), MOST_ROWS)).astype(int)
    learnt, records = rows.learnt[some], rows.records[some]

    def loss(records: np.ndarray) -> float:
        return data.target.scores(learnt, data.target.answers(outputs(data.encoding.encode(records))), Peers())["loss"]

    least = loss(records)
    rises = {}
    for name in records.dtype.names:
        mixed = records.copy()
        mixed[name] = np.random.default_rng(0).permutation(mixed[name])
        rises[name] = max(0.0, loss(mixed) - least)
    return rises
