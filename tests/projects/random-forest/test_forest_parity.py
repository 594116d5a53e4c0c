"""The ONNX model gives what scikit-learn's pipeline gives, also for missing values and categories never seen.

Labels are equal except where two lead by as many votes: ONNX Runtime adds the trees' votes up in float32, scikit-learn
in float64, so probabilities agree to 1e-5 and a tie may fall to either.
"""

import json

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

import forest_model
import forest_onnx
from byoc import records
from byoc.channels import columns
from byoc.paths import Paths
from byoc.serving.onnx_model import OnnxModel
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.signature import Feature, Signature
from byoc.training.job import Job

COLUMNS = (
    Feature("wídth, in", "float32", 0, True),
    Feature('"colour"', "str", "", True),
    Feature("age", "float32", 0, True),
    Feature("shape", "str", "", True),
)
COLOURS = np.array(["red", "gre, en", "größe", '"blue"', ""], dtype=object)
SHAPES = np.array(["round", "square"], dtype=object)  # never missing in training
SETTINGS = [{}, {"criterion": "entropy", "max_depth": 4}, {"min_samples_leaf": 5, "max_features": "log2"}]
TOLERANCE = 1e-5


def rows_of(count: int, seed: int, unseen: bool) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = np.empty(count, records.dtype(COLUMNS))
    for name, scale in (("wídth, in", 1), ("age", 1e6)):
        rows[name] = np.where(random.random(count) < 0.2, np.nan, random.normal(size=count) * scale)
    more = ["nowhere", "RED", "red "] if unseen else []
    rows['"colour"'] = random.choice(np.array([*COLOURS, *more], dtype=object), count)
    rows["shape"] = random.choice(np.array([*SHAPES, *more, *([""] if unseen else [])], dtype=object), count)
    return rows


@pytest.fixture(scope="module", params=[(s, kind) for s in SETTINGS for kind in ("text", "integers")], ids=str)
def model_and_folder(request, tmp_path_factory):
    settings, kind = request.param
    rows = rows_of(600, seed=1, unseen=False)
    score = np.nan_to_num(rows["wídth, in"]) + (rows['"colour"'] == "red") + np.random.default_rng(2).normal(size=600)
    labels = {"text": np.array(["no", "ja, sí", 'per "haps"']), "integers": np.array([-7, 0, 2**40])}[kind]
    forest = RandomForestClassifier(n_estimators=50, random_state=0, oob_score=True, **settings)
    model = forest_model.pipeline(forest, rows.dtype)
    folder = tmp_path_factory.mktemp("model")
    forest_model.fit(Job(Paths(folder)), model, rows, labels[np.digitize(score, [0, 1])])
    (folder / "model.onnx").write_bytes(forest_onnx.export(model, rows.dtype))
    signature = Signature(columns.of_records(rows), tuple(forest.classes_.tolist()))
    (folder / "signature.json").write_bytes(signature.to_json())
    return model, folder


def same(model, rows, labels, probabilities) -> bool:
    expected = model.predict_proba(forest_model.table(rows))
    assert np.abs(expected - probabilities).max() < TOLERANCE
    second, first = np.sort(expected, axis=1)[:, -2:].T
    tied = first - second < 2 * TOLERANCE
    assert tied.mean() < 0.05
    return (model.predict(forest_model.table(rows)) == labels)[~tied].all()


@pytest.mark.parametrize("unseen", [False, True])
def test_ten_thousand_random_rows_are_scored_alike(model_and_folder, unseen):
    model, folder = model_and_folder
    rows = rows_of(10_000, seed=3, unseen=unseen)
    scores = OnnxModel(folder).predict(rows)
    assert same(model, rows, scores["predicted_label"], scores["probabilities"])


def test_rows_on_a_trees_thresholds_are_scored_alike(model_and_folder):
    model, folder = model_and_folder
    tree = model.named_steps["forest"].estimators_[0].tree_
    thresholds = tree.threshold[tree.feature == 0].astype(np.float32)  # the first column: `numbers` come first
    beside = [np.nextafter(thresholds, np.float32(end)) for end in (-9, 9)]
    near = np.concatenate([thresholds, *beside])
    rows = rows_of(len(near), seed=4, unseen=True)
    rows["wídth, in"] = near
    scores = OnnxModel(folder).predict(rows)
    assert len(near) > 10
    assert same(model, rows, scores["predicted_label"], scores["probabilities"])


@pytest.mark.parametrize("kind", ["all missing", "all unseen", "extremes"])
def test_hard_rows_are_scored_alike(model_and_folder, kind):
    model, folder = model_and_folder
    rows = rows_of(50, seed=5, unseen=True)
    if kind == "all missing":
        rows[:] = (np.nan, "", np.nan, "")
    elif kind == "all unseen":
        rows['"colour"'], rows["shape"] = "?", "?"
    else:
        rows["wídth, in"], rows["age"] = records.LARGEST, -records.LARGEST
    scores = OnnxModel(folder).predict(rows)
    assert same(model, rows, scores["predicted_label"], scores["probabilities"])


def test_from_a_clients_text_to_the_answers_text(model_and_folder):
    model, folder = model_and_folder
    rows = rows_of(300, seed=6, unseen=True)
    values = [[None if value != value else value for value in row] for row in rows.tolist()]
    rows["shape"] = [text.strip() for text in rows["shape"]]  # blanks around a category do not count
    rows['"colour"'] = [text.strip() for text in rows['"colour"']]
    predictor = Predictor(folder, Settings.from_environment({}))
    accept = 'application/json; output="predicted_label,probabilities"'
    answer = json.loads(predictor.respond(json.dumps(values).encode(), "application/json", accept).body)["predictions"]
    labels = np.array([row["predicted_label"] for row in answer])
    assert same(model, rows, labels, np.array([row["probabilities"] for row in answer]))
