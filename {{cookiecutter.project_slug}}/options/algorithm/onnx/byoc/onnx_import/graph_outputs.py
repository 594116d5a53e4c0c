"""Outputs of the given model, and how they are mapped to those that are served.

A classifier gives `label` (rows) and `probabilities` (rows, labels), any other model its one output, a value a row.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper

from byoc.errors import InputError
from byoc.onnx_import.graph_labels import Labels
from byoc.onnx_import.graph_nodes import OWN, Nodes

Kind = Literal["auto", "probabilities", "logits", "number"]


class Outputs(NamedTuple):
    """The outputs that are served, by their own names: a label a row, or scores (rows, `width`), or both."""

    label: str | None
    scores: str | None
    width: int


def unzip(graph: onnx.GraphProto) -> None:
    """Let pass the scores of which ZipMap would make a map for each row."""
    zips = [node for node in graph.node if node.op_type == "ZipMap"]
    for node in zips:
        node.op_type, node.domain = "Identity", ""
        del node.attribute[:]
    for output in graph.output:
        if zips and output.type.HasField("sequence_type"):
            output.CopyFrom(helper.make_tensor_value_info(output.name, TensorProto.FLOAT, None))
        if not output.type.HasField("tensor_type"):
            name = output.name.removeprefix(OWN)
            raise InputError(f"output {name!r} is no tensor, and not by ZipMap: export the model without it")


def choose(given: Mapping[str, np.ndarray], rows: int, wanted: Sequence[str] | None) -> Outputs:
    """Which of the outputs `given` for so many rows are label and scores; raises InputError if that is unclear."""
    if unknown := set(wanted or ()) - set(given):
        raise InputError(f"hyperparameter outputs = {wanted}: there is no {unknown.pop()!r}, only {', '.join(given)}")
    found: dict[bool, list[str]] = {True: [], False: []}
    for name in wanted or given:
        if not given[name].ndim or len(given[name]) != rows or given[name].ndim > 2:
            fault = f"has the shape {given[name].shape} for {rows} rows, not values for each"
            raise InputError(f"output {name!r} {fault}; name others in the hyperparameter outputs")
        found[given[name].dtype.kind == "f"].append(name)
    if max(map(len, found.values())) > 1:
        several = ", ".join(max(found.values(), key=len))
        raise InputError(f"which output is to be served? Name one of {several} in the hyperparameter outputs")
    label, scores = (next(iter(names), None) for names in (found[False], found[True]))
    if label and given[label].size != rows:
        fault = f"has the shape {given[label].shape} for {rows} rows, but a row has one label"
        raise InputError(f"output {label!r} {fault}; name others in the hyperparameter outputs")
    return Outputs(label, scores, given[scores].size // rows if scores else 0)


def what(outputs: Outputs, scores: np.ndarray | None, told: Kind) -> Kind:
    """What the scores are: as `told`, or as can be seen of those of some rows."""
    if scores is None:
        return "number"
    if told == "auto":
        if outputs.width == 1 and not outputs.label:
            return "number"
        if outputs.width > 1 and (scores > -1e-3).all() and np.allclose(scores.sum(axis=1), 1, atol=1e-3):
            return "probabilities"
    if told == "auto" or (told == "number" and outputs.width > 1):
        values = f"{outputs.width} values a row, which do not add up to 1" if outputs.width > 1 else "a value a row"
        way = "say so by the hyperparameter scores, or name what to serve in outputs"
        raise InputError(f"output {outputs.scores!r} gives {values}: if these are probabilities or logits, {way}")
    return told


def adapt(graph: onnx.GraphProto, outputs: Outputs, kind: Kind, labels: Labels, places: bool, is_text: bool) -> None:
    """Give the graph the outputs that are served; `places` and `is_text` tell what its label is."""
    nodes = Nodes(graph, "output")
    if kind == "number":
        element = TensorProto.FLOAT if outputs.scores else TensorProto.STRING if is_text else TensorProto.INT64
        _cast(nodes, OWN + (outputs.scores or outputs.label), element, gives="prediction")
        served = [helper.make_tensor_value_info("prediction", element, None)]
    else:
        element = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
        _probabilities(nodes, outputs, kind)
        _label(nodes, outputs, labels, places, is_text)
        served = [
            helper.make_tensor_value_info("label", element, ("rows",)),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ("rows", len(labels))),
        ]
    graph.node.extend(nodes)
    del graph.output[:]
    graph.output.extend(served)


def _probabilities(nodes: Nodes, outputs: Outputs, kind: Kind) -> None:
    value = _cast(nodes, OWN + outputs.scores, TensorProto.FLOAT)
    if outputs.width > 1:
        settings = {"axis": 1} if kind == "logits" else {}
        nodes.then("Softmax" if kind == "logits" else "Identity", value, gives="probabilities", **settings)
        return
    value = nodes.then("Reshape", value, nodes.constant(np.array([-1, 1], np.int64)))
    second = nodes.then("Sigmoid", value) if kind == "logits" else value
    first = nodes.then("Sub", nodes.constant(np.array([[1]], np.float32)), second)
    nodes.then("Concat", first, second, gives="probabilities", axis=1)


def _label(nodes: Nodes, outputs: Outputs, labels: Labels, places: bool, is_text: bool) -> None:
    if outputs.label:
        value = nodes.then("Reshape", OWN + outputs.label, nodes.constant(np.array([-1], np.int64)))
        value = value if is_text else _cast(nodes, value, TensorProto.INT64)
    else:
        value = nodes.then("ArgMax", "probabilities", axis=1, keepdims=0)
        places = labels != list(range(len(labels)))
    if places:
        kind = object if isinstance(labels[0], str) else np.int64
        nodes.then("Gather", nodes.constant(np.array(labels, kind)), value, gives="label")
    else:
        nodes.then("Identity", value, gives="label")


def _cast(nodes: Nodes, value: str, kind: int, gives: str = "") -> str:
    if kind == TensorProto.STRING:
        return nodes.then("Identity", value, gives=gives)  # Cast would do, but not in every opset
    return nodes.then("Cast", value, gives=gives, to=kind)
