"""The metrics and the report of a boosting job: learning curves, scores, feature importance."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any

import numpy as np
from pydantic import BaseModel

from byoc.boosting.across_hosts import bring, mean, stride
from byoc.boosting.dataset import Channel, Data
from byoc.boosting.objectives import of_each_label, scores
from byoc.boosting.rounds import PREFIX, TRAINING, Booster, History, best_round
from byoc.reports import charts, classification, data_tables, held_out, regression, report
from byoc.reports.held_out import HeldOut
from byoc.reports.report import Part, Picture
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


def held_out_rows(
    job: Job,
    data: Data,
    rounds: int,
    begin: Callable[[Data], Booster],
    predict: Callable[[Any, np.ndarray], np.ndarray],
) -> HeldOut | None:
    """What so many rounds, without the rows that are held out of them, answer for these; and their scores.

    `begin` gives the booster of the data's channels, `predict` a model's answers. On several hosts nothing is held out.
    """
    channel = data.channels[TRAINING]

    def answers(trained: np.ndarray, held: np.ndarray) -> np.ndarray:
        booster = begin(replace(data, channels={TRAINING: channel.at(trained)}))
        done = 0
        while done < rounds and booster.add(done):
            done += 1
            if job.stopping:
                raise RuntimeError("the job is to stop")
        return predict(booster.first(done), channel.matrix[held])

    if job.collectives.size > 1 or job.stopping:
        return None
    labels = channel.learnt.astype(np.float64) if data.known is None else channel.learnt
    held = held_out.judge(job, labels, answers, inf)
    if held:
        for metric, value in scores(data.objective.kind, channel.learnt[held.rows], held.answers).items():
            job.metric(f"held_out:{metric}", value)
    return held


def write(
    job: Job,
    hyperparameters: BaseModel,
    data: Data,
    history: History,
    predicted: Predicted,
    importance: Mapping[str, float],
    held: HeldOut | None,
) -> None:
    """Write report.html and its pictures; `importance` is what the splits of each column gained.

    It shows the rows that were held out, if there are any.
    """
    if held:
        channel = data.channels[TRAINING].at(held.rows)
        shown = _shown(job, "held-out", channel, held.answers)
    else:
        shown = _shown(job, data.scored, data.channels[data.scored], predicted[data.scored])
    if job.leads:
        report.write(job, "Gradient boosted trees", hyperparameters, _parts(data, history, importance, *shown))


def _parts(
    data: Data,
    history: History,
    importance: Mapping[str, float],
    rows: str,
    learnt: np.ndarray,
    answers: np.ndarray,
    columns: Mapping[str, np.ndarray],
) -> Iterator[Part]:
    curves = charts.curves("Learning curves", "round", history, best_round(history))
    yield Picture("learning_curves", "Learning curves: the loss after each round", curves)
    labels = learnt if data.known is None else data.known[learnt]
    if data.known is None:
        yield from regression.judged(rows, labels, answers)
    else:
        yield from classification.judged(rows, data.known, labels, of_each_label(answers))
    yield Picture("importance", "Importance: the share of all gain", charts.bars("Importance", importance))
    yield from data_tables.about(rows, labels, columns)


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
