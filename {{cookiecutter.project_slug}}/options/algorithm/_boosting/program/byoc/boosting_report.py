"""What boosting came to: the metrics, and a report on how it went, how the model judges and what its trees look at."""

from collections.abc import Mapping

import numpy as np
from pydantic import BaseModel

from byoc import charts, report, report_data, report_labels, report_numbers
from byoc.boosting import PREFIX, History, best_round
from byoc.boosting_data import Data
from byoc.boosting_objectives import of_each_label, scores
from byoc.job import Job
from byoc.report import Picture

Predicted = Mapping[str, np.ndarray]  # by channel: of two labels the second's probability (rows), or (rows, labels)


def tell_metrics(job: Job, data: Data, history: History, predicted: Predicted) -> None:
    """Of each channel the loss of the model, which is that of the best round, and scores that people know."""
    for name, channel in data.channels.items():
        loss = {data.objective.loss: history[name][best_round(history) - 1]}
        for metric, value in (loss | scores(data.objective.kind, channel.learnt, predicted[name])).items():
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
    channel = data.channels[data.scored]
    if data.known is None:
        labels = channel.learnt
        judged = report_numbers.judged(data.scored, labels, predicted[data.scored])
    else:
        labels = data.known[channel.learnt]
        judged = report_labels.judged(data.scored, data.known, labels, of_each_label(predicted[data.scored]))
    curves = charts.curves("Learning curves", "round", history, best_round(history))
    parts = [
        Picture("learning_curves", "Learning curves: the loss after each round", curves),
        *judged,
        Picture("importance", "Importance: the share of all gain", charts.bars("Importance", importance)),
        *report_data.about(data.scored, labels, {name: channel.records[name] for name in channel.records.dtype.names}),
    ]
    report.write(job, "Gradient boosted trees", hyperparameters, parts)
