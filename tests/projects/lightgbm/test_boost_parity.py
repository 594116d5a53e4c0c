"""The ONNX model answers as LightGBM does: on random rows, missing values, categories never seen, and thresholds.

Probabilities are within 1e-6, numbers within 2e-6 of the largest: LightGBM adds its leaves up in float64, ONNX Runtime
in float32. So labels are equal but where two lead by less than that.
"""

from pathlib import Path

import lightgbm
import numpy as np
import pytest

import algorithm
import boost_onnx
from byoc import records
from byoc.boosting.objectives import Kind, of_each_label
from byoc.channels import columns
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import Feature, Signature

MANY = tuple(sorted([*(f"maker {number}" for number in range(40)), "größe", 'in "quotes", twice']))
MIXED = (
    Feature("wídth, in", "float32", 0.0, True),
    Feature("maker", "str", "", True, MANY),
    Feature("tiny", "float32", 0.0, True),
    Feature("shape", "str", "", True, ("round", "square")),
    Feature("huge", "float32", 0.0, True),
)
NUMBERS = tuple(Feature(f"feature_{number}", "float32", 0.0, True) for number in range(5))
SCALES = (1.0, 1.0, 1e-30, 1.0, 1e30)
UNSEEN = ("nowhere", "ROUND", "round ")
KINDS = {objective.name: objective.kind for objective in algorithm.OBJECTIVES}
CASES = [
    ("binary", MIXED, ("no", 'per "haps"')),
    ("binary", NUMBERS, (-7, 2**40)),
    ("multiclass", MIXED, ("a", "b, ü", "c")),
    ("multiclass", NUMBERS, ("x", "y")),
    ("regression", MIXED, ()),
    ("regression_l1", NUMBERS, ()),
    ("poisson", MIXED, ()),
]


def rows_of(features, count: int, seed: int, unseen: bool = True) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = np.empty(count, records.dtype(features))
    for feature, scale in zip(features, SCALES, strict=True):
        if feature.is_text:
            known = np.array([*feature.categories, *(UNSEEN if unseen else ())], dtype=object)
            rows[feature.name] = np.where(random.random(count) < 0.1, "", random.choice(known, count))
        else:
            # Only some columns lack values in training, so that both of LightGBM's ways with NaN are seen.
            gaps = unseen or scale == 1
            values = random.normal(size=count) * scale
            rows[feature.name] = np.where(gaps & (random.random(count) < 0.1), np.nan, values)
    return rows


def trained(objective: str, features, labels: tuple, rows: np.ndarray, **settings) -> lightgbm.Booster:
    """A model of what the columns tell, and noise."""
    matrix = columns.as_matrix(rows, features)
    told = np.nan_to_num(matrix[:, 0]) + np.sin(np.nan_to_num(matrix[:, 1])) + np.nan_to_num(matrix[:, 3])
    noisy = told + np.random.default_rng(5).normal(size=len(rows))
    ranks = noisy.argsort().argsort()
    learnt = ranks * len(labels) // len(rows) if labels else ranks % 50
    several = {"num_class": len(labels)} if KINDS[objective] is Kind.LABELS else {}
    settings = {"min_data_in_leaf": 5, "min_data_per_group": 5, "max_cat_to_onehot": 2} | settings
    parameters = {"objective": objective, "num_threads": 1, "verbosity": -1} | several | settings
    texts = [column for column, feature in enumerate(features) if feature.is_text]
    return lightgbm.train(parameters, lightgbm.Dataset(matrix, learnt, categorical_feature=texts), 60)


def served_as(folder: Path, model: lightgbm.Booster, objective: str, features, labels: tuple) -> OnnxModel:
    signature = Signature(features, labels)
    (folder / "signature.json").write_bytes(signature.to_json())
    (folder / "model.onnx").write_bytes(boost_onnx.export(model, KINDS[objective], signature))
    return OnnxModel(folder)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}, {len(case[2])} labels")
def model_and_served(request, tmp_path_factory):
    objective, features, labels = request.param
    model = trained(objective, features, labels, rows_of(features, 2000, seed=1, unseen=False))
    return model, served_as(tmp_path_factory.mktemp("model"), model, objective, features, labels)


def splits(model: lightgbm.Booster) -> list[dict]:
    waiting = [tree["tree_structure"] for tree in model.dump_model()["tree_info"]]
    found = []
    while waiting:
        node = waiting.pop()
        if "split_feature" in node:
            found.append(node)
            waiting += [node["left_child"], node["right_child"]]
    return found


def on_thresholds(model: lightgbm.Booster, features) -> np.ndarray:
    """For every threshold a row with the float32 next to it and with that one's neighbours, in the split's column."""
    thresholds = [(split["split_feature"], split["threshold"]) for split in splits(model)]
    numbers = [(column, np.float32(value)) for column, value in thresholds if isinstance(value, float) and value < 1e38]
    rows = rows_of(features, 3 * len(numbers), seed=3)
    for index, (column, value) in enumerate(numbers):
        for place, end in enumerate((value, -np.inf, np.inf)):
            rows[features[column].name][3 * index + place] = np.nextafter(value, np.float32(end))
    assert len(rows) > 1000
    return rows


def extremes(model: lightgbm.Booster, features) -> np.ndarray:
    values = {False: [0.0, -0.0, 1e-45, records.LARGEST, -records.LARGEST, np.nan], True: ["", "?", "round", MANY[0]]}
    grid = np.meshgrid(*[np.arange(len(values[feature.is_text])) for feature in features])
    rows = np.empty(grid[0].size, records.dtype(features))
    for feature, places in zip(features, grid, strict=True):
        rows[feature.name] = np.array(values[feature.is_text], dtype=rows.dtype[feature.name])[places.ravel()]
    return rows


@pytest.mark.parametrize(
    "rows_from",
    [lambda _, features: rows_of(features, 10_000, seed=2), on_thresholds, extremes],
    ids=["random", "on thresholds", "extremes"],
)
def test_what_is_served_is_what_lightgbm_says(model_and_served, rows_from):
    model, served = model_and_served
    rows = rows_from(model, served.signature.features)
    equal(model.predict(columns.as_matrix(rows, served.signature.features)), served.predict(rows), served.signature)


def test_the_cases_split_on_sets_of_categories_and_on_columns_with_and_without_gaps(model_and_served):
    model, served = model_and_served
    kinds = {(split["decision_type"], split["missing_type"]) for split in splits(model)}
    assert {("<=", "NaN"), ("<=", "None")} <= kinds
    sets = [split["threshold"].count("||") for split in splits(model) if split["decision_type"] == "=="]
    assert not sets if served.signature.features == NUMBERS else max(sets) > 10


@pytest.mark.parametrize(("objective", "features", "labels"), CASES[1:4])
def test_trees_that_are_but_a_leaf_say_the_same(objective, features, labels, tmp_path):
    rows = rows_of(features, 300, seed=1)
    model = trained(objective, features, labels, rows, min_data_in_leaf=300)
    answer = served_as(tmp_path, model, objective, features, labels).predict(rows)
    equal(model.predict(columns.as_matrix(rows, features)), answer, Signature(features, labels))


def equal(expected: np.ndarray, answer, signature: Signature) -> None:
    if not signature.labels:
        assert np.abs(answer - expected).max() <= 2e-6 * np.abs(expected).max()
        return
    expected = of_each_label(expected)
    assert np.abs(answer["probabilities"] - expected).max() <= 1e-6
    second, first = np.sort(expected, axis=1)[:, -2:].T
    clear = first - second > 2e-6
    assert clear.mean() > 0.999 or len(np.unique(expected, axis=0)) == 1
    said = [signature.labels[place] for place in expected.argmax(axis=1)]
    assert (np.array(said)[clear] == answer["predicted_label"][clear]).all()
