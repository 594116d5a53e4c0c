"""XGBoost's trees as ONNX, read from the JSON in which XGBoost saves them.

Not by onnxmltools: of its version 1.16, models of two labels by multi:softprob, and those whose trees are but a leaf,
answer with other probabilities than XGBoost's. https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
"""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import xgboost
from onnx import TensorProto, helper

OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
IR_VERSION = 10  # older servers read it, too
# By objective: what makes an answer of the sum of a row's leaves, and what the base score is among those.
AFTER = {"binary:logistic": "Sigmoid", "multi:softprob": "Softmax", "count:poisson": "Exp"}
BEFORE = {"binary:logistic": lambda score: math.log(score / (1 - score)), "count:poisson": math.log}


def export(model: xgboost.Booster, labels: Sequence[str] | Sequence[int]) -> bytes:
    """The model as ONNX: `features`, float32 (rows, features), NaN where missing.

    With labels, gives `label` (rows) and `probabilities` (rows, labels); without, `prediction` (rows, 1).
    """
    learner = json.loads(model.save_raw("json"))["learner"]
    objective = learner["objective"]["name"]
    targets = max(1, int(learner["learner_model_param"]["num_class"]))
    answer = "probabilities" if labels else "prediction"
    scored = "positive" if objective == "binary:logistic" else answer
    nodes = [_trees(learner, objective, targets, "sums")]
    nodes.append(helper.make_node(AFTER.get(objective, "Identity"), ["sums"], [scored]))
    given = [helper.make_tensor_value_info(answer, TensorProto.FLOAT, (None, len(labels) or 1))]
    constants = []
    if scored == "positive":
        constants.append(helper.make_tensor("one", TensorProto.FLOAT, (1,), [1.0]))
        nodes.append(helper.make_node("Sub", ["one", scored], ["negative"]))
        nodes.append(helper.make_node("Concat", ["negative", scored], [answer], axis=1))
    if labels:
        kind = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
        constants.append(helper.make_tensor("labels", kind, (len(labels),), labels))
        nodes.append(helper.make_node("ArgMax", [answer], ["place"], axis=1, keepdims=0))
        nodes.append(helper.make_node("Gather", ["labels", "place"], ["label"]))
        given.insert(0, helper.make_tensor_value_info("label", kind, (None,)))
    rows = helper.make_tensor_value_info("features", TensorProto.FLOAT, (None, model.num_features()))
    graph = helper.make_graph(nodes, "xgboost", [rows], given, constants)
    made = helper.make_model(graph, opset_imports=OPSETS, ir_version=IR_VERSION, producer_name="xgboost")
    onnx.checker.check_model(made)
    return made.SerializeToString()


def _trees(learner: dict[str, Any], objective: str, targets: int, output: str) -> onnx.NodeProto:
    """The sums of leaves, (rows, targets): every node of every tree is an entry in each of these lists."""
    ensemble = learner["gradient_booster"]["model"]
    base = np.atleast_1d(json.loads(learner["learner_model_param"]["base_score"]))
    before = BEFORE.get(objective, float)
    columns: dict[str, list[Any]] = {name: [] for name in ("tree", "node", "feature", "value", "yes", "no", "missing")}
    leaves: dict[str, list[Any]] = {name: [] for name in ("tree", "node", "target", "weight")}
    for number, (tree, target) in enumerate(zip(ensemble["trees"], ensemble["tree_info"], strict=True)):
        count = len(tree["left_children"])
        columns["tree"] += [number] * count
        columns["node"] += range(count)
        columns["feature"] += tree["split_indices"]
        columns["value"] += tree["split_conditions"]
        columns["missing"] += tree["default_left"]
        for name, children in (("yes", "left_children"), ("no", "right_children")):
            columns[name] += [max(0, child) for child in tree[children]]
        at_end = [node for node, child in enumerate(tree["left_children"]) if child < 0]
        leaves["tree"] += [number] * len(at_end)
        leaves["node"] += at_end
        leaves["target"] += [target] * len(at_end)
        leaves["weight"] += [tree["split_conditions"][node] for node in at_end]
    ends = set(zip(leaves["tree"], leaves["node"], strict=True))
    places = zip(columns["tree"], columns["node"], strict=True)
    return helper.make_node(
        "TreeEnsembleRegressor",
        ["features"],
        [output],
        domain="ai.onnx.ml",
        n_targets=targets,
        base_values=[float(before(score)) for score in np.broadcast_to(base, targets)],
        nodes_treeids=columns["tree"],
        nodes_nodeids=columns["node"],
        nodes_featureids=columns["feature"],
        nodes_values=columns["value"],
        nodes_modes=["LEAF" if place in ends else "BRANCH_LT" for place in places],
        nodes_truenodeids=columns["yes"],
        nodes_falsenodeids=columns["no"],
        nodes_missing_value_tracks_true=[int(left) for left in columns["missing"]],
        target_treeids=leaves["tree"],
        target_nodeids=leaves["node"],
        target_ids=leaves["target"],
        target_weights=leaves["weight"],
    )
