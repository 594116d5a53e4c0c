"""Nodes added before and after the given graph, only of operators that mean the same in every opset."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

OWN = "brought_"  # what all of the brought graph's names begin with, so that all others are free


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
