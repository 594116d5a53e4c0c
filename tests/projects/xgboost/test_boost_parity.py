"""The ONNX model answers as XGBoost does: on random rows, missing values, thresholds and extremes.

Labels are equal. Probabilities are within 1e-6, numbers within 2e-6 of the largest: both add up the trees' float32
leaves, but not in the same order, and a count is the exponential of such a sum.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import xgboost

import algorithm
import boost_model
from byoc.boosting.objectives import Kind
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import Feature, Signature

SCALES = np.array([1.0, 1e-3, 1e6, 1e-30, 0.1])
LABELS = {  # as they are learnt, and what is served
    "binary:logistic": [("no", 'per "haps"'), (-7, 2**40)],
    "multi:softprob": [("a", "b, ü", "c"), (5, 7, 2**40), ("x", "y")],
}
NUMBERS = ["reg:squarederror", "reg:absoluteerror", "count:poisson"]
CASES = [(objective, labels) for objective, every in LABELS.items() for labels in every]
CASES += [(objective, ()) for objective in NUMBERS]


KINDS = {objective.name: objective.kind for objective in algorithm.OBJECTIVES}


def trained(objective: str, labels: tuple, features: np.ndarray, learnt: np.ndarray, **settings) -> xgboost.Booster:
    several = {"num_class": len(labels)} if KINDS[objective] is Kind.LABELS else {}
    return xgboost.train(
        {"objective": objective, "nthread": 1} | several | settings, xgboost.DMatrix(features, learnt), 60
    )


def served_as(folder: Path, model: xgboost.Booster, objective: str, labels: tuple) -> OnnxModel:
    columns = tuple(Feature(f"feature_{number}", "float32", 0.0) for number in range(len(SCALES)))
    signature = Signature(columns, labels)
    (folder / "signature.json").write_bytes(signature.to_json())
    (folder / "model.onnx").write_bytes(boost_model.export(model, KINDS[objective], signature))
    return OnnxModel(folder)


@pytest.fixture(scope="module", params=CASES, ids=str)
def model_and_served(request, tmp_path_factory):
    """A model trained on noise and missing values, and what serves it."""
    objective, labels = request.param
    random = np.random.default_rng(1)
    features = random.normal(size=(2000, len(SCALES))) * SCALES
    features[random.random(features.shape) < 0.1] = np.nan
    places = random.integers(0, len(labels) or 50, len(features))
    model = trained(objective, labels, features, places, subsample=0.8)
    return model, served_as(tmp_path_factory.mktemp("model"), model, objective, labels)


def random_rows(model: xgboost.Booster) -> np.ndarray:
    random = np.random.default_rng(2)
    rows = (random.normal(size=(10_000, len(SCALES))) * SCALES).astype(np.float32)
    rows[random.random(rows.shape) < 0.1] = np.nan
    return rows


def rows_on_thresholds(model: xgboost.Booster) -> np.ndarray:
    """For every split a row with the threshold and with its neighbours, in the split's column."""
    random = np.random.default_rng(3)
    rows = []
    for dump in model.get_dump(dump_format="json"):
        nodes = [json.loads(dump)]
        while nodes:
            node = nodes.pop()
            nodes += node.get("children", [])
            if "split" in node:
                threshold = np.float32(node["split_condition"])
                for value in (threshold, np.nextafter(threshold, -np.inf), np.nextafter(threshold, np.inf)):
                    rows.append(random.normal(size=len(SCALES)) * SCALES)
                    rows[-1][int(node["split"][1:])] = value
    assert len(rows) > 1000
    return np.array(rows, np.float32)


def extreme_rows(model: xgboost.Booster) -> np.ndarray:
    values = np.array([0.0, -0.0, 1e-45, 3.4e38, -3.4e38, np.nan], np.float32)
    return np.stack(np.meshgrid(*[values] * len(SCALES)), -1).reshape(-1, len(SCALES))


@pytest.mark.parametrize("rows_of", [random_rows, rows_on_thresholds, extreme_rows])
def test_what_is_served_is_what_xgboost_says(model_and_served, rows_of):
    model, served = model_and_served
    rows = rows_of(model)
    equal(model.predict(xgboost.DMatrix(rows)), served.predict(rows), served.signature.labels)


@pytest.mark.parametrize(("objective", "labels"), CASES)
def test_trees_that_are_but_a_leaf_say_the_same(objective, labels, tmp_path):
    model = trained(objective, labels, np.ones((7, len(SCALES))), np.arange(7) % (len(labels) or 7), gamma=1e9)
    rows = random_rows(model)
    answer = served_as(tmp_path, model, objective, labels).predict(rows)
    equal(model.predict(xgboost.DMatrix(rows)), answer, labels)


def equal(expected: np.ndarray, answer, labels: tuple) -> None:
    if not labels:
        assert answer.shape == expected.shape
        assert np.abs(answer - expected).max() <= 2e-6 * np.abs(expected).max()
        return
    if expected.ndim == 1:
        expected = np.stack([1 - expected, expected], axis=1)
    assert np.abs(answer["probabilities"] - expected).max() <= 1e-6
    assert answer["predicted_label"].tolist() == [labels[place] for place in expected.argmax(axis=1)]
