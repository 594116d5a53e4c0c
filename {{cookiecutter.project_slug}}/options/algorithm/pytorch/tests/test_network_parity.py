"""The ONNX model gives what PyTorch gives, also for missing values, categories never seen, and extremes.

Labels are equal except where two probabilities differ by less than the tolerance. Both work in float32, but add up the
products of a layer in another order: probabilities agree to 1e-5, numbers to 1e-5 of the labels' standard deviation.
"""

import numpy as np
import pytest

from algorithm import Hyperparameters
from byoc.codecs import records
from byoc.job import Job
from byoc.onnx_model import OnnxModel
from byoc.paths import Paths
from byoc.signature import Feature
from byoc.tabular_data import read
from network import export
from training import fit

COLUMNS = tuple(Feature(name, "str" if name in "cs" else "float32", 0, True) for name in "ncas")
COLOURS = np.array(["red", "gre, en", "größe", ""], dtype=object)
SHAPES = np.array(["round", "square"], dtype=object)  # never missing in training
TOLERANCE = 1e-5


def rows_of(count: int, seed: int, unseen: bool) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = np.empty(count, records.dtype(COLUMNS))
    for name, scale in (("n", 1), ("a", 1e6)):
        rows[name] = np.where(random.random(count) < 0.2, np.nan, random.normal(size=count) * scale)
    more = ["nowhere", "RED"] if unseen else []
    rows["c"] = random.choice(np.array([*COLOURS, *more], dtype=object), count)
    rows["s"] = random.choice(np.array([*SHAPES, *more, *([""] if unseen else [])], dtype=object), count)
    return rows


CASES = [("classification", {}), ("classification", {"hidden_layers": 0}), ("regression", {"hidden_size": 100})]


@pytest.fixture(scope="module", params=CASES, ids=str)
def model_and_served(request, tmp_path_factory):
    """Trained on 300 rows; as PyTorch's trainer with its data, and as what is served."""
    task, settings = request.param
    folder = tmp_path_factory.mktemp("network")
    rows = rows_of(300, seed=1, unseen=False)
    score = np.nan_to_num(rows["n"]) + (rows["c"] == "red") + np.random.default_rng(2).normal(size=300) / 3
    labels = 1000 + 50 * score
    if task == "classification":
        labels = np.array(["no", "maybe", "yes"])[np.digitize(score, [0, 1])]
    written = [f'{label},{n},"{c}",{a},{s}' for label, (n, c, a, s) in zip(labels, rows, strict=True)]
    (folder / "input/data/training").mkdir(parents=True)
    (folder / "input/data/training/rows.csv").write_text("\n".join(["l,n,c,a,s", *written]).replace("nan", ""))
    (folder / "input/config").mkdir()
    job = Job(Paths(folder))
    hyperparameters = Hyperparameters(task=task, epochs=10, lr=0.01, **settings)
    data = read(job, ["c", "s"], task == "regression")
    trainer, _ = fit(job, hyperparameters, data)
    (folder / "model.onnx").write_bytes(export(trainer.network, data))
    (folder / "signature.json").write_bytes(data.signature.to_json())
    return trainer, data, OnnxModel(folder)


def hard_rows() -> np.ndarray:
    rows = rows_of(60, seed=5, unseen=True)
    rows[:20] = (np.nan, "", np.nan, "")
    rows[20:40] = (records.LARGEST, "?", -records.LARGEST, "?")
    rows[40:] = (-records.LARGEST, "red", 1e-45, "round")
    return rows


@pytest.mark.parametrize("rows", [rows_of(10_000, 3, False), rows_of(10_000, 4, True), hard_rows(), hard_rows()[:1]])
def test_what_is_served_is_what_pytorch_says(model_and_served, rows):
    trainer, data, served = model_and_served
    expected = data.target.answers(trainer.outputs(data.encoding.encode(rows)))
    answer = served.predict(rows)
    if not data.target.labels:
        assert np.abs(answer - expected).max() <= TOLERANCE * data.target.scale + 1e-7 * np.abs(expected).max()
        return
    assert np.abs(answer["probabilities"] - expected).max() <= TOLERANCE
    second, first = np.sort(expected, axis=1)[:, -2:].T
    clear = first - second > 2 * TOLERANCE
    assert clear.mean() > 0.95
    labels = np.array(data.target.labels)[expected.argmax(axis=1)]
    assert (answer["predicted_label"] == labels)[clear].all()


def test_a_category_never_seen_speaks_neither_for_nor_against_a_label(model_and_served):
    """Its embedding is zero: as if the column were not there."""
    trainer, _, _ = model_and_served
    for embedding in trainer.network.embeddings:
        assert not embedding.weight[0].any()
