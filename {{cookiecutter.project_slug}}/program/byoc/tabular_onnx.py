"""A neural network as ONNX that takes columns of numbers and texts as they come, and gives labels or numbers.

The network's own exporter knows neither texts nor missing values; what goes before it and after it is added here.
"""

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from byoc.signature import Feature
from byoc.tabular import FURTHEST, Encoding, Target

ML = "ai.onnx.ml"


class Nodes:
    """Nodes on their way into a graph, and the constants that they need."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, operator: str, *inputs: str | np.ndarray, result: str = "", **attributes: object) -> str:
        """Add a node; an array among its inputs becomes a constant. Returns the name of its only output."""
        name = result or f"byoc/{operator}_{len(self.nodes)}"
        given = [one if isinstance(one, str) else self._constant(one) for one in inputs]
        domain = ML if operator == "LabelEncoder" else ""
        self.nodes.append(helper.make_node(operator, given, [name], domain=domain, **attributes))
        return name

    def _constant(self, value: np.ndarray) -> str:
        name = f"byoc/constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name


def complete(network: onnx.ModelProto, features: Iterable[Feature], encoding: Encoding, target: Target) -> bytes:
    """`network` takes the matrix of `encoding`, (rows, width), and gives the outputs of `target`, (rows, outputs).

    The model takes an input (rows, 1) for each feature, in their order: float32, NaN where it is missing, or text. It
    gives `label` (rows) and `probabilities` (rows, labels), or `prediction` (rows, 1).
    """
    inputs = {feature.name: f"column_{number}" for number, feature in enumerate(features, 1)}
    taken = [
        _value(inputs[feature.name], TensorProto.STRING if feature.is_text else TensorProto.FLOAT, 1)
        for feature in features
    ]
    around = Nodes()
    _before(around, inputs, encoding, network.graph.input[0].name)
    before = len(around.nodes)
    given = _after(around, target, network.graph.output[0].name)
    for node in network.graph.node:
        node.ClearField("metadata_props")  # where in the source it comes from
    graph = helper.make_graph(
        [*around.nodes[:before], *network.graph.node, *around.nodes[before:]],
        network.graph.name,
        taken,
        given,
        [*around.constants, *network.graph.initializer],
    )
    opsets = [one for one in network.opset_import if one.domain != ML] + [helper.make_opsetid(ML, 3)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=network.ir_version, functions=network.functions)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def _before(nodes: Nodes, inputs: dict[str, str], encoding: Encoding, result: str) -> None:
    """What Encoding.encode does, operation for operation."""
    parts = []
    if encoding.numbers:
        values = nodes.add("Concat", *(inputs[name] for name in encoding.numbers), axis=1)
        gone = nodes.add("IsNaN", values)
        scaled = nodes.add("Div", nodes.add("Sub", values, np.float32(encoding.means)), np.float32(encoding.scales))
        clipped = nodes.add("Clip", scaled, np.float32(-FURTHEST), np.float32(FURTHEST))
        parts.append(nodes.add("Where", gone, np.float32(0), clipped))
        if encoding.gaps:
            told = nodes.add("Gather", gone, np.array(encoding.gaps, np.int64), axis=1)
            parts.append(nodes.add("Cast", told, to=TensorProto.FLOAT))
    for name, known in encoding.categories.items():
        codes = [float(code) for code in range(1, len(known) + 1)]
        table = {"keys_strings": known, "values_floats": codes, "default_float": 0.0}
        parts.append(nodes.add("LabelEncoder", inputs[name], **table))
    nodes.add("Concat", *parts, result=result, axis=1)


def _after(nodes: Nodes, target: Target, outputs: str) -> list[ValueInfoProto]:
    if not target.labels:
        scaled = nodes.add("Mul", outputs, np.float32(target.scale))
        nodes.add("Add", scaled, np.float32(target.mean), result="prediction")
        return [_value("prediction", TensorProto.FLOAT, 1)]
    nodes.add("Softmax", outputs, result="probabilities", axis=1)
    place = nodes.add("ArgMax", "probabilities", axis=1, keepdims=0)
    texts = isinstance(target.labels[0], str)
    nodes.add("Gather", np.array(target.labels, object if texts else np.int64), place, result="label")
    kind = TensorProto.STRING if texts else TensorProto.INT64
    return [_value("label", kind), _value("probabilities", TensorProto.FLOAT, target.outputs)]


def _value(name: str, kind: int, *more: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, (None, *more))
