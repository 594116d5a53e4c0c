"""A temporary /opt/ml per image, a model in it, and rows whose right answers are known."""

import csv
import shutil
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import engine
from engine import BenchmarkError

TRAINING_LIMIT = 300  # seconds


def train(image: str, base: str, test_dir: Path, ml: Path) -> None:
    """Make the folder `ml` a /opt/ml with the input of `test_dir`, and let `image` train in it."""
    shutil.copytree(test_dir / "input", ml / "input")
    for folder in ("model", "output"):
        (ml / folder).mkdir()
    isolated = ("--network", "none", "--volume", f"{ml}:/opt/ml")
    try:
        engine.run(image, "train", options=isolated, limit=TRAINING_LIMIT)
    finally:
        # Training runs as root: without this nobody else could remove the temporary folder.
        engine.run(base, "chmod", "-R", "a+rwX", "/opt/ml", options=isolated)


def typical_rows(test_dir: Path) -> dict[str, str]:
    """For each label, the row of the training channel nearest to that label's mean: {label: "5.0,3.4,1.5,0.2"}.

    Any sensible model must give such a row its label, whatever its hyperparameters. Raises BenchmarkError if there are
    no rows.
    """
    rows_by_label = defaultdict(list)
    channel = test_dir / "input" / "data" / "training"
    for path in sorted(channel.glob("*.csv")):
        with path.open(newline="") as file:
            for label, *features in csv.reader(file):
                rows_by_label[label].append(features)
    if not rows_by_label:
        raise BenchmarkError(f"There are no rows in {channel}/*.csv: point --test-dir at a small /opt/ml.")
    return {label: ",".join(nearest_to_mean(rows)) for label, rows in rows_by_label.items()}


def nearest_to_mean(rows: list[list[str]]) -> list[str]:
    mean = [fmean(map(float, column)) for column in zip(*rows, strict=True)]
    return min(rows, key=lambda row: sum((float(value) - m) ** 2 for value, m in zip(row, mean, strict=True)))
