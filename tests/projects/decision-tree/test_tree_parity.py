"""The ONNX model gives the labels that scikit-learn gives, also where rows lie on a split's threshold."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

import algorithm
from byoc.files import write_atomically
from byoc.serving.onnx_model import OnnxModel
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

SETTINGS = [
    {"criterion": "gini"},
    {"criterion": "entropy", "max_depth": 4},
    {"criterion": "log_loss", "max_leaf_nodes": 30},
    {"criterion": "gini", "min_samples_leaf": 20},
]
SCALES = np.array([1.0, 1e-3, 1e6, 1e-30, 0.1])
LABELS = {"text": np.array(["no", "ja, sí", 'per "haps"']), "integers": np.array([-7, 0, 2**40])}


@pytest.fixture(scope="module", params=[(s, kind) for s in SETTINGS for kind in LABELS], ids=str)
def tree_and_folder(request, tmp_path_factory):
    """A tree trained on noise, so that it is large, and the model folder that it becomes."""
    settings, kind = request.param
    random = np.random.default_rng(1)
    features = (random.normal(size=(3000, len(SCALES))) * SCALES).round(9)
    labels = LABELS[kind][random.integers(0, 3, len(features))]
    tree = DecisionTreeClassifier(**settings, random_state=0).fit(features, labels)
    folder = tmp_path_factory.mktemp("model")
    names = [f"feature_{number}" for number in range(len(SCALES))]
    write_atomically(folder / "signature.json", algorithm.signature(tree, names, features).to_json(), folder)
    write_atomically(folder / "model.onnx", algorithm.export(tree), folder)
    return tree, folder


def rows_on_thresholds(tree: DecisionTreeClassifier) -> np.ndarray:
    """For every split a row that reaches it, at the threshold and at its neighbours in float64 and in float32."""
    random = np.random.default_rng(2)
    candidates = random.normal(size=(20_000, len(SCALES))) * SCALES
    path = tree.decision_path(candidates).tocsc()
    rows = []
    for node in np.flatnonzero(tree.tree_.children_left >= 0):
        reached = path.indices[path.indptr[node] : path.indptr[node + 1]]
        row = candidates[reached[0]] if len(reached) else np.zeros(len(SCALES))
        threshold = tree.tree_.threshold[node]
        for number in (np.float64(threshold), np.float32(threshold)):
            for value in (number, np.nextafter(number, -np.inf), np.nextafter(number, np.inf)):
                rows.append(row.copy())
                rows[-1][tree.tree_.feature[node]] = value
    return np.array(rows)


def test_labels_are_equal_on_random_rows(tree_and_folder):
    tree, folder = tree_and_folder
    rows = np.random.default_rng(3).normal(size=(100_000, len(SCALES))) * SCALES
    assert (OnnxModel(folder).predict(rows.astype(np.float32))["predicted_label"] == tree.predict(rows)).all()


def test_labels_and_probabilities_are_equal_on_thresholds(tree_and_folder):
    tree, folder = tree_and_folder
    rows = rows_on_thresholds(tree)
    scores = OnnxModel(folder).predict(rows.astype(np.float32))
    assert len(rows) >= 6 * (tree.get_n_leaves() - 1)
    assert (scores["predicted_label"] == tree.predict(rows)).all()
    assert np.abs(scores["probabilities"] - tree.predict_proba(rows)).max() < 1e-6
    assert list(scores["labels"]) == tree.classes_.tolist()


def test_labels_are_equal_from_a_clients_text_to_the_answers_text(tree_and_folder):
    tree, folder = tree_and_folder
    rows = rows_on_thresholds(tree)
    body = "\n".join(",".join(map(repr, row)) for row in rows.tolist()).encode()
    predictor = Predictor(folder, Settings.from_environment({}))
    served = predictor.respond(body, "text/csv", "").body.decode()
    quoted = [f'"{label.replace(chr(34), chr(34) * 2)}"' if "," in label or '"' in label else label
              for label in map(str, tree.predict(rows))]  # fmt: skip
    assert served.splitlines() == quoted


def test_serving_imports_no_training_framework(trained, project):
    """scikit-learn and what it brings cost a second at start and 100 MB in every container."""
    program = """
import sys
import predictor
from byoc.serving.predictor import Predictor
print(Predictor.from_environment(predictor).respond(b"1,2,3,4", "text/csv", "").status)
print(*sorted({"sklearn", "skl2onnx", "scipy", "pandas", "pydantic", "onnx"} & set(sys.modules)))
"""
    environment = {"SAGEMAKER_BASE_DIR": str(trained.base), "PYTHONPATH": f"{project}/program:{project}"}
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, env=environment, capture_output=True, check=True).stdout == b"200\n\n"
