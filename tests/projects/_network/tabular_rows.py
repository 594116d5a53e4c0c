"""Rows of numbers and categories that try networks, and what makes a served model the same as its framework's."""

import numpy as np

from byoc import records
from byoc.paths import Paths
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import Feature
from byoc.tabular.dataset import Data, read
from byoc.tabular.encoding import Target
from byoc.training.job import Job

TOLERANCE = 1e-5

COLUMNS = (
    Feature("wídth, in", "float32", 0, True),
    Feature('"colour"', "str", "", True),
    Feature("age", "float32", 0, True),
    Feature("shape", "str", "", True),
    Feature("same", "float32", 0, True),
)
COLOURS = np.array(["red", "gre, en", "größe", '"blue"', ""], dtype=object)
SHAPES = np.array(["round", "square"], dtype=object)  # never missing in training
UNSEEN = ["nowhere", "RED", "red "]


def rows_of(count: int, seed: int, unseen: bool) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = np.empty(count, records.dtype(COLUMNS))
    rows["wídth, in"] = np.where(random.random(count) < 0.2, np.nan, random.normal(size=count) * 1e-6)
    rows["age"] = random.normal(size=count) * 1e6 + 1e7  # never missing in training
    rows["same"] = 7
    if unseen:
        for name in ("age", "same"):
            rows[name] = np.where(random.random(count) < 0.2, np.nan, rows[name] * random.normal(size=count))
    rows['"colour"'] = random.choice(np.array([*COLOURS, *(UNSEEN if unseen else [])], dtype=object), count)
    rows["shape"] = random.choice(np.array([*SHAPES, *([*UNSEEN, ""] if unseen else [])], dtype=object), count)
    return rows


def hard_rows() -> np.ndarray:
    rows = rows_of(60, seed=5, unseen=True)
    rows[:20] = (np.nan, "", np.nan, "", np.nan)
    rows[20:40] = (records.LARGEST, "?", -records.LARGEST, "?", records.LARGEST)
    rows[40:] = (1e-45, "", -0.0, "round", 0)
    return rows


def trained_on(folder, regression: bool) -> tuple[Job, Data]:
    """A job in `folder` whose channel `training` has 300 rows, and its data."""
    rows = rows_of(300, seed=1, unseen=False)
    random = np.random.default_rng(2)
    labels = 1000 + 50 * (np.nan_to_num(rows["wídth, in"] * 1e6) + (rows["shape"] == "round") + random.normal(size=300))
    if not regression:
        labels = np.array(["no", "maybe", "yes"])[np.digitize(labels, [1000, 1050])]
    header = ",".join(["label", *('"{}"'.format(name.replace('"', '""')) for name in rows.dtype.names)])
    quoted = [[str(cell).replace('"', '""') for cell in (label, *row)] for label, row in zip(labels, rows, strict=True)]
    lines = [",".join(f'"{cell}"' for cell in cells) for cells in quoted]
    (folder / "input/data/training").mkdir(parents=True)
    (folder / "input/data/training/rows.csv").write_text("\n".join([header, *lines]).replace('"nan"', ""), "utf-8")
    (folder / "input/config").mkdir()
    job = Job(Paths(folder))
    return job, read(job, ['"colour"', "shape"], "regression" if regression else "classification")


def agree(target: Target, served: OnnxModel, rows: np.ndarray, expected: np.ndarray) -> bool:
    """Whether what is served gives the answers `expected` of the framework, within what float32 leaves uncertain.

    Labels are the same but where two probabilities differ by less than the tolerance.
    """
    answer = served.predict(rows)
    if not target.labels:
        return np.abs(answer - expected).max() <= TOLERANCE * target.scale + 1e-7 * np.abs(expected).max()
    assert np.abs(answer["probabilities"] - expected).max() <= TOLERANCE
    second, first = np.sort(expected, axis=1)[:, -2:].T
    clear = first - second > 2 * TOLERANCE
    assert clear.mean() > 0.95
    labels = np.array(target.labels)[expected.argmax(axis=1)]
    return (answer["predicted_label"] == labels)[clear].all()
