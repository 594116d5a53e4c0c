"""What a person looks at after training: curves, what was mistaken, what mattered, and a page that holds them."""

import numpy as np
import xgboost
from pydantic import BaseModel

from boosting import History, best_round
from byoc import charts, report, report_data, report_labels, report_numbers, targets
from byoc.job import Job
from byoc.report import Picture


def write(
    job: Job,
    hyperparameters: BaseModel,
    model: xgboost.Booster,
    names: list[str],
    history: History,
    known: np.ndarray | None,
    scored: tuple[str, np.ndarray, np.ndarray],
) -> None:
    """Write report.html and its pictures.

    `known` are the labels that the model tells apart, if it does; `scored` is the channel that it is shown on, with
    its labels and features.
    """
    channel, labels, features = scored
    predicted = model.predict(xgboost.DMatrix(features))
    if known is None:
        labels = targets.numbers(labels, channel)
        judged = report_numbers.judged(channel, labels, predicted)
    else:
        judged = report_labels.judged(channel, known, labels, _of_each_label(predicted))
    gains = model.get_score(importance_type="total_gain")
    importance = {name: gains.get(f"f{column}", 0.0) for column, name in enumerate(names)}
    curves = charts.curves("Learning curves", "round", history, best_round(history))
    parts = [
        Picture("learning_curves", "Learning curves", curves),
        *judged,
        Picture("importance", "Importance: the share of all gain", charts.bars("Importance", importance)),
        *report_data.about(channel, labels, dict(zip(names, features.T, strict=True))),
    ]
    report.write(job, "Gradient boosted trees", hyperparameters, parts)


def _of_each_label(predicted: np.ndarray) -> np.ndarray:
    """Probabilities (rows, labels); of two labels, XGBoost gives only the second's (rows)."""
    return predicted if predicted.ndim == 2 else np.column_stack([1 - predicted, predicted])
