"""Boosted trees as ONNX: every node is an entry in the lists of one operator, TreeEnsembleRegressor.

Not by onnxmltools: of its version 1.16, XGBoost's models of two labels by multi:softprob, and those whose trees are
but a leaf, answer with other probabilities than XGBoost's. https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html
"""

from collections.abc import Sequence

import onnx
from onnx import NodeProto, TensorProto, ValueInfoProto, helper

from byoc.boosting.objectives import Kind

OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
IR_VERSION = 10  # older servers read it, too
NODE = ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids")
MISSING = "missing_value_tracks_true"
LEAF = ("treeids", "nodeids", "ids", "weights")


class Trees:
    """What was gathered so far. Trees have numbers, and so have a tree's nodes; 0 is its root."""

    def __init__(self) -> None:
        self._nodes: dict[str, list] = {name: [] for name in (*NODE, MISSING)}
        self._leaves: dict[str, list] = {name: [] for name in LEAF}

    def split(
        self, tree: int, node: int, feature: int, mode: str, value: float, yes: int, no: int, missing: bool
    ) -> None:
        """Where `feature` is as `mode` (such as BRANCH_LT) tells of `value`, or `missing`, node `yes` is next."""
        entries = zip((*NODE, MISSING), (tree, node, feature, mode, value, yes, no, int(missing)), strict=True)
        for name, entry in entries:
            self._nodes[name].append(entry)

    def leaf(self, tree: int, node: int, target: int, weight: float) -> None:
        """What ends here adds `weight` to the sum of `target`."""
        self.split(tree, node, 0, "LEAF", 0.0, 0, 0, False)
        for name, entry in zip(LEAF, (tree, node, target, weight), strict=True):
            self._leaves[name].append(entry)

    def operator(self, given: str, sums: str, base: Sequence[float]) -> NodeProto:
        """From the matrix `given` (rows, features) to `sums` (rows, targets), which begin at `base` (targets)."""
        nodes = {f"nodes_{name}": entries for name, entries in self._nodes.items()}
        leaves = {f"target_{name}": entries for name, entries in self._leaves.items()}
        about = {"domain": "ai.onnx.ml", "n_targets": len(base), "base_values": base}
        return helper.make_node("TreeEnsembleRegressor", [given], [sums], **about, **nodes, **leaves)


def model(
    name: str,
    inputs: Sequence[ValueInfoProto],
    nodes: Sequence[NodeProto],
    sums: str,
    kind: Kind,
    labels: Sequence[str] | Sequence[int],
) -> bytes:
    """The model that `nodes` make of `inputs` up to `sums` (rows, targets), and from there its answers.

    With labels, gives `label` (rows) and `probabilities` (rows, labels); without, `prediction` (rows, 1).
    """
    answer = "probabilities" if labels else "prediction"
    scored = "positive" if kind is Kind.TWO_LABELS else answer
    nodes = [*nodes, helper.make_node(kind.value, [sums], [scored])]
    outputs = [helper.make_tensor_value_info(answer, TensorProto.FLOAT, (None, len(labels) or 1))]
    constants = []
    if kind is Kind.TWO_LABELS:
        constants.append(helper.make_tensor("one", TensorProto.FLOAT, (1,), [1.0]))
        nodes.append(helper.make_node("Sub", ["one", scored], ["negative"]))
        nodes.append(helper.make_node("Concat", ["negative", scored], [answer], axis=1))
    if labels:
        texts = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
        constants.append(helper.make_tensor("labels", texts, (len(labels),), labels))
        nodes.append(helper.make_node("ArgMax", [answer], ["place"], axis=1, keepdims=0))
        nodes.append(helper.make_node("Gather", ["labels", "place"], ["label"]))
        outputs.insert(0, helper.make_tensor_value_info("label", texts, (None,)))
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=OPSETS, ir_version=IR_VERSION, producer_name=name)
    onnx.checker.check_model(made)
    return made.SerializeToString()
