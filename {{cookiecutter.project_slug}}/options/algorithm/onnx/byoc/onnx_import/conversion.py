"""Converts a given ONNX model to one that can be served: other inputs and outputs, the same answers."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx.compose import add_prefix

from byoc.errors import InputError
from byoc.onnx_import import graph_inputs, graph_labels, graph_outputs, source_model
from byoc.onnx_import.graph_inputs import Input
from byoc.onnx_import.graph_nodes import OWN
from byoc.onnx_import.original import Original


def fit(
    model: onnx.ModelProto,
    original: Original,
    inputs: Sequence[Input],
    rows: np.ndarray,
    wanted: Sequence[str] | None,
    scores: graph_outputs.Kind,
    labels: Sequence[str | int] | None,
) -> tuple[onnx.ModelProto, graph_labels.Labels]:
    """The model that is served, tried on `rows`, and the labels that it tells apart, none if it gives a number.

    `wanted`, `scores` and `labels` are the hyperparameters. Raises InputError for what cannot be served.
    """
    adapted = with_inputs(model, inputs)
    given = answers(adapted, original, rows)
    outputs = graph_outputs.choose(given, len(rows), wanted)
    label = given.get(outputs.label)
    kind = graph_outputs.what(outputs, given.get(outputs.scores), scores)
    known, places = ([], False) if kind == "number" else graph_labels.known(model, label, outputs.width, labels)
    graph_outputs.adapt(adapted.graph, outputs, kind, known, places, label is not None and label.dtype.kind in "OU")
    return adapted, known


def with_inputs(model: onnx.ModelProto, inputs: Sequence[Input]) -> onnx.ModelProto:
    """The model with the inputs that are served, and its outputs as they were, but all of them tensors."""
    adapted = add_prefix(model, OWN)
    if not any(used.domain in ("", "ai.onnx") for used in adapted.opset_import):
        adapted.opset_import.append(onnx.helper.make_opsetid("", 13))
    adapted.ir_version = max(adapted.ir_version, 4)  # from which on weights are no inputs
    graph_inputs.adapt(adapted.graph, inputs)
    graph_outputs.unzip(adapted.graph)
    return adapted


def answers(adapted: onnx.ModelProto, original: Original, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs for all rows at once, by the names they had; raises InputError unless each row has its own."""
    try:
        expected = original.run(rows)
    except Exception as error:  # ONNX Runtime has an exception for each way to fail
        way = "bring rows that it takes as the channel validation"
        raise InputError(f"the model fails on rows of its shape; {way}: {source_model.line(error)}") from None
    try:
        session = source_model.session(adapted.SerializeToString())
        feeds = graph_inputs.served(adapted.graph, rows)
        given = dict(zip(expected, session.run([OWN + name for name in expected], feeds), strict=True))
    except Exception:
        given = {}
    if not given or not all(_alike(given[name], expected[name]) for name in expected):
        raise InputError(
            f"the model does not answer {len(rows)} rows at once as it does {original.batch} at a time: export it with "
            "a dynamic first dimension (dynamic_axes or dynamic_shapes), and let no row depend on another"
        )
    return given


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    if one.shape != other.shape:
        return False
    return np.allclose(one, other, 1e-4, 1e-5, equal_nan=True) if one.dtype.kind == "f" else bool((one == other).all())
