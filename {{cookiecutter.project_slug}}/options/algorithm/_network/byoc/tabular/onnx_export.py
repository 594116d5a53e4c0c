"""A neural network as ONNX that takes columns of numbers and texts, and gives labels or numbers.

The network's own exporter knows neither texts nor missing values; what goes before it and after it is added here.
"""

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from byoc.tabular.encoding import FURTHEST, Encoding, Target

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


def complete(network: onnx.ModelProto, encoding: Encoding, target: Target) -> bytes:
    """`network` takes the matrix of `encoding`, (rows, width), and gives the outputs of `target`, (rows, outputs).

    The model takes `numbers`, float32 (rows, numbers), NaN where one is missing, and `texts` (rows, texts), both in the
    columns' order, or the one that there is. It gives `label` (rows) and `probabilities` (rows, labels), or else
    `prediction` (rows, 1).
    """
    kinds = {"numbers": TensorProto.FLOAT, "texts": TensorProto.STRING}
    widths = {"numbers": len(encoding.numbers), "texts": len(encoding.categories)}
    taken = [_value(name, kind, widths[name]) for name, kind in kinds.items() if widths[name]]
    around = Nodes()
    _before(around, encoding, network.graph.input[0].name)
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


def _before(nodes: Nodes, encoding: Encoding, result: str) -> None:
    """What Encoding.encode does, operation for operation."""
    parts = []
    if encoding.numbers:
        gone = nodes.add("IsNaN", "numbers")
        scaled = nodes.add("Div", nodes.add("Sub", "numbers", np.float32(encoding.means)), np.float32(encoding.scales))
        clipped = nodes.add("Clip", scaled, np.float32(-FURTHEST), np.float32(FURTHEST))
        parts.append(nodes.add("Where", gone, np.float32(0), clipped))
        if encoding.gaps:
            told = nodes.add("Gather", gone, np.array(encoding.gaps, np.int64), axis=1)
            parts.append(nodes.add("Cast", told, to=TensorProto.FLOAT))
    if encoding.categories:
        parts.append(_codes(nodes, encoding.categories))
    nodes.add("Concat", *parts, result=result, axis=1)


def _codes(nodes: Nodes, categories: dict[str, tuple[str, ...]]) -> str:
    """The codes (rows, texts): each text is looked up once, among those of all columns, and then in its column's row.

    ONNX Runtime takes microseconds for every node, so there is not one for each column.
    """
    every = sorted(set().union(*categories.values()))
    places = np.zeros((len(categories), 1 + len(every)), np.float32)  # the codes, by column and place
    for column, known in enumerate(categories.values()):
        places[column, [1 + every.index(text) for text in known]] = range(1, 1 + len(known))
    table = {"keys_strings": every, "values_int64s": range(1, 1 + len(every)), "default_int64": 0}
    found = nodes.add("LabelEncoder", "texts", **table)
    ahead = np.arange(len(categories), dtype=np.int64) * places.shape[1]
    return nodes.add("Gather", places.ravel(), nodes.add("Add", found, ahead))


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
