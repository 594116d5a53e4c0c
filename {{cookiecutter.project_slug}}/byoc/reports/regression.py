"""A regression's part of the report: how large the errors are, and where."""

import numpy as np

from byoc.reports import charts
from byoc.reports.page import number
from byoc.reports.report import Part, Picture, Table


def judged(data: str, actual: np.ndarray, predicted: np.ndarray) -> list[Part]:
    """Actual against predicted, the residuals and their figures; both are numbers (rows). `data` names the rows."""
    off = predicted.astype(np.float64) - actual
    spread = float(np.sum((actual - actual.mean()) ** 2))
    rows = [
        ("R²", f"{1 - np.sum(off**2) / spread:.4f}" if spread else "–"),
        ("root of the mean square", number(np.sqrt(np.mean(off**2)))),
        ("mean", number(off.mean())),
        ("half of them within", number(np.median(np.abs(off)))),
        ("90 % within", number(np.quantile(np.abs(off), 0.9))),
        ("largest", number(np.abs(off).max())),
    ]
    drawn = charts.points("Actual and predicted", ("actual", "predicted"), actual, predicted)
    return [
        Picture("predicted", f"Actual and predicted, {data} data", drawn),
        Picture("residuals", "Residuals: predicted less actual", charts.histogram("Residuals", "residual", off)),
        Table("Residuals", ("what", "value"), rows),
    ]
