"""The metrics and the report of a boosting job: learning curves, scores, feature importance."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from pydantic import BaseModel

from byoc.boosting.across_hosts import bring, mean, stride
from byoc.boosting.dataset import Channel, Data
from byoc.boosting.objectives import of_each_label, scores
from byoc.boosting.rounds import PREFIX, History, best_round
from byoc.reports import charts, classification, data_tables, regression, report
from byoc.reports.report import Picture
from byoc.training.job import Job

MOST_ROWS = 100_000  # of several hosts that are brought to the first, whose memory the data may not fit
Predicted = Mapping[str, np.ndarray]  # by channel: of two labels the second's probability (rows), or (rows, labels)


def tell_metrics(job: Job, data: Data, history: History, predicted: Predicted) -> None:
    """Of each channel the loss of the model, which is that of the best round, and scores that people know."""
    overall = partial(mean, job.collectives)
    for name, channel in data.channels.items():
        found = scores(data.objective.kind, channel.learnt, predicted[name], overall)
        loss = {data.objective.loss: history[name][best_round(history) - 1]}
        for metric, value in (loss | found).items():
            job.metric(f"{PREFIX[name]}:{metric}", value)


def write(
    job: Job,
    hyperparameters: BaseModel,
    data: Data,
    history: History,
    predicted: Predicted,
    importance: Mapping[str, float],
) -> None:
    """Write report.html and its pictures; `importance` is what the splits of each column gained."""
    rows, learnt, answers, columns = _shown(job, data.scored, data.channels[data.scored], predicted[data.scored])
    if not job.leads:
        return
    if data.known is None:
        labels = learnt
        judged = regression.judged(rows, labels, answers)
    else:
        labels = data.known[learnt]
        judged = classification.judged(rows, data.known, labels, of_each_label(answers))
    curves = charts.curves("Learning curves", "round", history, best_round(history))
    parts = [
        Picture("learning_curves", "Learning curves: the loss after each round", curves),
        *judged,
        Picture("importance", "Importance: the share of all gain", charts.bars("Importance", importance)),
        *data_tables.about(rows, labels, columns),
    ]
    report.write(job, "Gradient boosted trees", hyperparameters, parts)


def _shown(
    job: Job, name: str, channel: Channel, predicted: np.ndarray
) -> tuple[str, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """What the rows are called, what was to be learnt of them, the answers and the columns.

    Of several hosts the first has those of all, or so many of them as it has room for.
    """
    columns = {name: channel.records[name] for name in channel.records.dtype.names}
    if job.collectives.size == 1:
        return name, channel.learnt, predicted, columns
    every = stride(job.collectives, len(channel.learnt), MOST_ROWS)
    learnt, answers = (job.collectives.gather_rows(each[::every]) for each in (channel.learnt, predicted))
    columns = {title: bring(job.collectives, values[::every]) for title, values in columns.items()}
    return name if every == 1 else f"sampled {name}", learnt, answers, columns
