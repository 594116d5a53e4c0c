"""A regression's part of the report: how large the errors are, and where."""

import numpy as np

from byoc.reports import charts
from byoc.reports.report import Part, Picture, Table


def judged(data: str, actual: np.ndarray, predicted: np.ndarray) -> list[Part]:
    """Actual against predicted, the residuals and their figures; both are numbers (rows). `data` names the rows."""
    off = predicted.astype(np.float64) - actual
    spread = float(np.sum((actual - actual.mean()) ** 2))
    rows = [
        ("R²", f"{1 - np.sum(off**2) / spread:.4f}" if spread else "–"),
        ("root of the mean square", f"{np.sqrt(np.mean(off**2)):.4g}"),
        ("mean", f"{off.mean():.4g}"),
        ("half of them within", f"{np.median(np.abs(off)):.4g}"),
        ("90 % within", f"{np.quantile(np.abs(off), 0.9):.4g}"),
        ("largest", f"{np.abs(off).max():.4g}"),
    ]
    drawn = charts.points("Actual and predicted", ("actual", "predicted"), actual, predicted)
    return [
        Picture("predicted", f"Actual and predicted, {data} data", drawn),
        Picture("residuals", "Residuals: predicted less actual", charts.histogram("Residuals", "residual", off)),
        Table("Residuals", ("what", "value"), rows),
    ]
