"""Inputs of the given model: which columns they take, and how the served model's inputs are mapped to them.

What serves gives float32, of shape (rows, columns), or where a column is text an input (rows, 1) for each.
"""

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper

from byoc.errors import InputError
from byoc.onnx_import.graph_nodes import OWN, Nodes
from byoc.records import missing
from byoc.signature import NUMBER, TEXT, Feature

NUMBERS = {
    TensorProto.FLOAT: np.float32,
    TensorProto.DOUBLE: np.float64,
    TensorProto.FLOAT16: np.float16,
    TensorProto.INT64: np.int64,
    TensorProto.INT32: np.int32,
    TensorProto.BOOL: np.bool_,
}
TOGETHER = "features"  # the input that is served where all columns are numbers
FRACTIONS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16)


class Input(NamedTuple):
    """One input. Of its shape, `batch` is how many rows it is made for, None for any, and `rest` what a row is."""

    name: str
    kind: int
    batch: int | None
    rest: tuple[int, ...]

    @property
    def is_text(self) -> bool:
        return self.kind == TensorProto.STRING

    @property
    def is_whole(self) -> bool:
        return self.kind not in FRACTIONS

    @property
    def width(self) -> int:
        return prod(self.rest)

    def fed(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """What the brought model is given for these columns (rows each)."""
        stacked = np.stack(columns, axis=1).reshape(-1, *self.rest)
        return stacked if self.is_text else stacked.astype(NUMBERS[self.kind])


def read(graph: onnx.GraphProto, names: Sequence[str] | None) -> list[Input]:
    """The inputs; `names` counts the columns where the graph does not. Raises InputError for what cannot be served."""
    constant = {tensor.name for tensor in graph.initializer}  # which old files list among the inputs
    given = [each for each in graph.input if each.name not in constant]
    if not given:
        raise InputError("the model has no input, so there is nothing to ask it")
    return [_input(each, len(names) if names and len(given) == 1 else None) for each in given]


def _input(given: onnx.ValueInfoProto, columns: int | None) -> Input:
    kind = given.type.tensor_type.elem_type
    if kind not in NUMBERS and kind != TensorProto.STRING:
        known = "float, double, float16, int64, int32, bool and string"
        raise InputError(f"input {given.name!r} is no tensor of {known}: export the model with one that is")
    if not given.type.tensor_type.HasField("shape") or not given.type.tensor_type.shape.dim:
        raise InputError(f"input {given.name!r} has no dimension of rows: export it with the shape (rows, columns)")
    batch, *rest = [each.dim_value or None for each in given.type.tensor_type.shape.dim]
    if rest == [None] and columns:
        rest = [columns]
    if None in rest:
        way = "name them in the hyperparameter feature_names"
        raise InputError(f"input {given.name!r} does not say how many columns it takes: {way}")
    return Input(given.name, kind, batch, tuple(rest))


def columns(inputs: Sequence[Input], told: Sequence[str] | None) -> dict[str, bool]:
    """The names of the columns, in order, and whether each is text; raises InputError unless each has its own name."""
    named = list(told or _names(inputs))
    texts = [each.is_text for each in inputs for _ in range(each.width)]
    if len(named) != len(texts) or len(set(named)) != len(texts):
        needed = f"the model takes {len(texts)} columns, each of its own name"
        raise InputError(f"hyperparameter feature_names = {named}: {needed}")
    return dict(zip(named, texts, strict=True))


def _names(inputs: Sequence[Input]) -> Iterator[str]:
    """Of several inputs, each gives its name to its column."""
    for each in inputs:
        numbers = range(1, each.width + 1)
        prefix = "feature" if len(inputs) == 1 else each.name
        yield from [each.name] if len(inputs) > 1 and each.width == 1 else [f"{prefix}_{number}" for number in numbers]


def feature(name: str, is_text: bool, may_lack: bool, seen: np.ndarray) -> Feature:
    """The column for the signature; its example is the first value that was `seen` (rows, perhaps none)."""
    there = seen[~missing(seen)]
    if is_text:
        known = tuple(sorted(set(there.tolist())))
        return Feature(name, TEXT, known[0] if known else "a", may_lack, known)
    return Feature(name, NUMBER, float(str(there[0])) if len(there) else 0.0, may_lack)


def columns_of(rows: np.ndarray) -> list[np.ndarray]:
    """The columns of a table (rows, columns) or of records (rows)."""
    return [rows[name] for name in rows.dtype.names] if rows.dtype.names else list(rows.T)


def served(graph: onnx.GraphProto, rows: np.ndarray) -> dict[str, np.ndarray]:
    """What the adapted graph is given for rows."""
    columns = columns_of(rows)
    names = [given.name for given in graph.input]
    if names == [TOGETHER]:
        return {TOGETHER: np.stack(columns, axis=1)}
    return {name: column.reshape(-1, 1) for name, column in zip(names, columns, strict=True)}


def adapt(graph: onnx.GraphProto, inputs: Sequence[Input]) -> None:
    """Give the graph, whose names begin with OWN, the inputs that are served."""
    by_column = any(each.is_text for each in inputs)
    width = sum(each.width for each in inputs)
    served = [] if by_column else [helper.make_tensor_value_info(TOGETHER, TensorProto.FLOAT, ("rows", width))]
    nodes = Nodes(graph, "input")
    first = 1
    for each in inputs:
        places = range(first, first := first + each.width)
        kind = TensorProto.STRING if each.is_text else TensorProto.FLOAT
        value = TOGETHER
        if by_column:
            names = [f"column_{place}" for place in places]
            served += [helper.make_tensor_value_info(name, kind, ("rows", 1)) for name in names]
            value = nodes.then("Concat", *names, axis=1)
        elif len(inputs) > 1:
            value = nodes.then("Gather", value, nodes.constant(np.array(places, np.int64) - 1), axis=1)
        if kind != each.kind:
            value = nodes.then("Cast", value, to=each.kind)
        if len(each.rest) != 1:
            value = nodes.then("Reshape", value, nodes.constant(np.array([-1, *each.rest], np.int64)))
        nodes.then("Identity", value, gives=OWN + each.name)
    nodes += graph.node
    del graph.input[:], graph.node[:]
    graph.input.extend(served)
    graph.node.extend(nodes)
