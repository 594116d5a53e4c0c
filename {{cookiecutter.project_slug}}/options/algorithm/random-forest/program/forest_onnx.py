"""The pipeline's export to ONNX, with an input for each column."""

from collections.abc import Iterator

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import is_classifier
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import Pipeline

from byoc.errors import InputError
from byoc.records import is_text

OPERATORS = "ai.onnx.ml"
MOST_NODES = 40_000_000  # some 45 bytes each; an ONNX file has at most 2 GB


def export(model: Pipeline, columns: np.dtype) -> bytes:
    """As ONNX: an input (rows, 1) for each column gives `label` (rows) and `probabilities` (rows, labels).

    If numbers are learnt, it gives `number` (rows, 1). The inputs are numbered, as ONNX bears fewer names than columns
    do; byoc/serving/onnx_model.py goes by their order. Raises InputError if the forest is too large.
    """
    inputs = []
    for number, name in enumerate(columns.names, 1):
        kind = StringTensorType if is_text(columns[name]) else FloatTensorType
        inputs.append((f"column_{number}", kind([None, 1])))
    if is_classifier(model):
        exported = to_onnx(model, initial_types=inputs, options={"zipmap": False}, name="random_forest")
    else:
        exported = to_onnx(model[:-1], initial_types=inputs, name="random_forest")
        add(exported, model[-1])
    exported.opset_import.sort(key=lambda each: each.domain)  # else their order, and the file's hash, is left to chance
    return exported.SerializeToString()


def add(exported: ModelProto, forest: RandomForestRegressor) -> None:
    """Have the forest answer `number` (rows, 1) to what is the graph's output so far, float32 (rows, features).

    In float64, as scikit-learn compares and adds up: trees by the hundred lose digits in float32.
    """
    graph = exported.graph
    wide = helper.make_node("Cast", [graph.output[0].name], ["wide"], to=TensorProto.DOUBLE)
    trees = helper.make_node("TreeEnsembleRegressor", ["wide"], ["number"], domain=OPERATORS, n_targets=1)
    for name, values in attributes(forest):
        if values.dtype == np.float64:
            trees.attribute.append(helper.make_attribute(f"{name}_as_tensor", numpy_helper.from_array(values)))
        else:
            trees.attribute.append(helper.make_attribute(name, values.tolist()))
    graph.node.extend([wide, trees])
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("number", TensorProto.FLOAT, [None, 1]))
    others = [each for each in exported.opset_import if each.domain != OPERATORS]
    del exported.opset_import[:]
    exported.opset_import.extend([*others, helper.make_opsetid(OPERATORS, 3)])  # the first that takes float64


def attributes(forest: RandomForestRegressor) -> Iterator[tuple[str, np.ndarray]]:
    """Those of https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html, an entry a node or a leaf."""
    trees = [each.tree_ for each in forest.estimators_]
    counts = [each.node_count for each in trees]
    if sum(counts) > MOST_NODES:
        raise InputError(
            f"the forest has {sum(counts):,} nodes, more than ONNX can hold ({MOST_NODES:,}): "
            "set max_depth or a larger min_samples_leaf, or grow fewer trees, n_estimators"
        )
    ids, places = np.repeat(np.arange(len(trees)), counts), np.concatenate([np.arange(count) for count in counts])
    left, right, features = (
        np.maximum(np.concatenate([getattr(each, name) for each in trees]), 0)  # of a leaf they are below 0
        for name in ("children_left", "children_right", "feature")
    )
    leaf = left == right
    yield from (("nodes_treeids", ids), ("nodes_nodeids", places), ("nodes_featureids", features))
    yield from (("nodes_truenodeids", left), ("nodes_falsenodeids", right))
    yield "nodes_modes", np.where(leaf, "LEAF", "BRANCH_LEQ")
    yield "nodes_values", np.concatenate([each.threshold for each in trees])
    yield from (("target_treeids", ids[leaf]), ("target_nodeids", places[leaf]))
    yield "target_ids", np.zeros(leaf.sum(), int)
    yield "target_weights", np.concatenate([each.value[:, 0, 0] for each in trees])[leaf] / len(trees)
