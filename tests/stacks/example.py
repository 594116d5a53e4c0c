"""The default project's example, with the model that its training makes, written by hand: no scikit-learn is needed."""

import shutil
from pathlib import Path

import onnx.parser

from byoc.paths import Paths
from byoc.signature import Feature, Signature
from template import ROOT, Template

DEFAULT = Template(ROOT).choices()["algorithm"][0]
SAMPLES = Template(ROOT).project / "options/algorithm" / DEFAULT / "local_test"
FEATURES = (
    Feature("sepal_length", "float32", 5.1),
    Feature("sepal_width", "float32", 3.5),
    Feature("petal_length", "float32", 1.4),
    Feature("petal_width", "float32", 0.2),
)
LABELS = ("setosa", "versicolor", "virginica")
# The tree of Fisher's irises, cut off at three splits, so that some probabilities are neither 0 nor 1.
TREE = """
    <ir_version: 10, opset_import: ["": 18, "ai.onnx.ml": 3]>
    decision_tree (float[n, 4] features) => (string[n] label, float[n, 3] probabilities) {
        label, probabilities = ai.onnx.ml.TreeEnsembleClassifier <
            nodes_treeids = [0, 0, 0, 0, 0, 0, 0],
            nodes_nodeids = [0, 1, 2, 3, 4, 5, 6],
            nodes_modes = ["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"],
            nodes_featureids = [2, 0, 3, 2, 0, 0, 0],
            nodes_values = [2.45, 0.0, 1.65, 4.95, 0.0, 0.0, 0.0],
            nodes_truenodeids = [1, 0, 3, 5, 0, 0, 0],
            nodes_falsenodeids = [2, 0, 4, 6, 0, 0, 0],
            class_treeids = [0, 0, 0, 0, 0, 0, 0],
            class_nodeids = [1, 4, 4, 5, 5, 6, 6],
            class_ids = [0, 1, 2, 1, 2, 1, 2],
            class_weights = [1.0, 0.04, 0.96, 0.98, 0.02, 0.3, 0.7],
            classlabels_strings = ["setosa", "versicolor", "virginica"],
            post_transform = "NONE"
        > (features)
    }
"""
# Which of two numbers is larger.
LARGER = """
    <ir_version: 10, opset_import: ["": 18]>
    larger (float[n, 2] features) => (string[n] label, float[n, 2] probabilities)
    <string[2] labels = {"left", "right"}>
    {
        probabilities = Softmax (features)
        places = ArgMax <axis = 1, keepdims = 0> (features)
        label = Gather (labels, places)
    }
"""


def lay_tree(base: Path) -> Paths:
    """An /opt/ml after training on the example, with its inputs."""
    paths = Paths(base)
    shutil.copytree(SAMPLES / "test_dir/input", paths.base / "input")
    lay(paths.model, TREE, Signature(FEATURES, LABELS))
    return paths


def lay_larger(folder: Path) -> Path:
    """A model of two numbers in the folder."""
    lay(folder, LARGER, Signature((Feature("a", "float32", 1.5), Feature("b", "float32", -2.0)), ("left", "right")))
    return folder


def lay(folder: Path, text: str, signature: Signature) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(onnx.parser.parse_model(text).SerializeToString())
    (folder / "signature.json").write_bytes(signature.to_json())
