"""Nodes added before and after the given graph, only of operators that mean the same in every opset."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

OWN = "brought_"  # what all of the brought graph's names begin with, so that all others are free


def texts(graph: onnx.GraphProto) -> set[str]:
    """Every text that the graph holds, such as the categories that it knows."""
    tensors = [tensor for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.STRING]
    listed = [text for node in graph.node for attribute in node.attribute for text in attribute.strings]
    held = [text for tensor in tensors for text in numpy_helper.to_array(tensor).reshape(-1).tolist()]
    return {text.decode(errors="replace") if isinstance(text, bytes) else str(text) for text in listed + held}


class Nodes(list[onnx.NodeProto]):
    """Nodes in the order in which they run; `prefix` begins the names of what they give."""

    def __init__(self, graph: onnx.GraphProto, prefix: str):
        super().__init__()
        self._graph, self._prefix = graph, prefix

    def then(self, kind: str, *taken: str, gives: str = "", **settings: object) -> str:
        """Add a node, and return the name of what it gives."""
        result = gives or f"{self._prefix}_{len(self)}"
        self.append(helper.make_node(kind, taken, [result], **settings))
        return result

    def constant(self, value: np.ndarray) -> str:
        name = f"{self._prefix}_constant_{len(self._graph.initializer)}"
        self._graph.initializer.append(numpy_helper.from_array(value, name))
        return name
