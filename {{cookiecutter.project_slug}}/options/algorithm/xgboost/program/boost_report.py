"""What a person looks at after training: curves, what was mistaken, what mattered, and a page that holds them."""

import numpy as np
import xgboost
from pydantic import BaseModel

from boosting import History, best_round
from byoc import charts, pictures, report, targets
from byoc.job import Job


def write(
    job: Job,
    hyperparameters: BaseModel,
    model: xgboost.Booster,
    names: list[str],
    history: History,
    known: np.ndarray | None,
    scored: tuple[str, np.ndarray, np.ndarray],
) -> None:
    """Write learning_curves.svg, confusion_matrix.svg or residuals.svg, importance.svg and report.html.

    `known` are the labels that the model tells apart, if it does; `scored` is the channel that it is shown on, with
    its labels and features.
    """
    channel, labels, features = scored
    predicted = model.predict(xgboost.DMatrix(features))
    curves = charts.curves("Learning curves", "round", history, best_round(history))
    gains = model.get_score(importance_type="total_gain")
    importance = charts.bars("Importance", {name: gains.get(f"f{column}", 0.0) for column, name in enumerate(names)})
    if known is None:
        actual = targets.numbers(labels, channel)
        drawn, file = charts.points("Actual and predicted", ("actual", "predicted"), actual, predicted), "residuals"
        data = [*_spread("label", actual), *_spread("residual", predicted - actual)]
        summary = report.table("Labels and residuals", ("what", "value"), data)
    else:
        places = predicted.argmax(axis=1) if predicted.ndim == 2 else (predicted > 0.5).astype(int)
        drawn = pictures.confusion_matrix(*targets.confusion(known, labels, known[places]))
        file, summary = "confusion_matrix", ""
    metrics = [(name, f"{value:.4f}") for name, value in job.metrics.items()]
    page = report.page(
        "Gradient boosted trees",
        [
            report.table("Metrics", ("metric", "value"), metrics),
            report.picture("Learning curves", curves),
            report.picture(f"{file.replace('_', ' ').capitalize()}, {channel} data", drawn),
            report.picture("Importance: the share of all gain", importance),
            summary,
            report.table("Hyperparameters", ("name", "value"), list(hyperparameters.model_dump().items())),
            report.ranges(f"The {channel} data: features", names, features)
            if known is None
            else report.summary(f"The {channel} data", names, features, labels),
        ],
    )
    for name, picture in (("learning_curves", curves), (file, drawn), ("importance", importance)):
        job.write_output(f"{name}.svg", picture)
    job.write_output("report.html", page)


def _spread(name: str, values: np.ndarray) -> list[tuple[str, str]]:
    told = {"least": values.min(), "median": np.median(values), "largest": values.max()}
    return [(f"{name}, {which}", f"{value:.4g}") for which, value in told.items()]
