"""Labels of the given model, in the order of its scores."""

import json
from collections.abc import Sequence

import numpy as np
import onnx
from onnx import numpy_helper

from byoc.errors import InputError

Labels = list[str] | list[int]
CLASSES = ("classlabels_strings", "classlabels_ints", "classlabels_int64s")  # the attributes of ai.onnx.ml


def known(
    model: onnx.ModelProto, label: np.ndarray | None, width: int, told: Sequence[str | int] | None
) -> tuple[Labels, bool]:
    """The labels in the order of the scores: as `told`, as the model tells, or 0, 1, …; and whether it gives places.

    `label` is what it gave for some rows. Raises InputError if that does not fit.
    """
    count = max(width, 2)
    if told and len(told) != count:
        raise InputError(f"hyperparameter labels = {told}: {len(told)} labels, but the scores are of {count}")
    likely = [list(told)] if told else _declared(model)
    found = next((each for each in likely if len(each) == count), list(range(count)))
    found = found if all(isinstance(each, int) for each in found) else list(map(str, found))
    given = set() if label is None else set(label.ravel().tolist())
    if given <= set(found):
        return found, False
    if given <= set(range(count)):
        return found, True
    strange = min(given - set(found))
    way = "give all, in the order of the scores, by the hyperparameter labels"
    raise InputError(f"the model gives the label {strange!r}, which is none of {found}: {way}")


def zipped(graph: onnx.GraphProto) -> Labels | None:
    """The labels of the scores of which ZipMap makes maps."""
    found = [labels for node in graph.node if node.op_type == "ZipMap" for labels in _attributes(node)]
    return found[-1] if found else None


def _attributes(node: onnx.NodeProto) -> list[Labels]:
    given = [each for each in node.attribute if each.name in CLASSES and (each.strings or each.ints)]
    return [[label.decode() for label in each.strings] or list(each.ints) for each in given]


def _declared(model: onnx.ModelProto) -> list[Labels]:
    """What may be the labels, the likeliest first: of ZipMap and classifiers, then looked up, then told beside."""
    constant = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    of_nodes = [labels for node in model.graph.node for labels in _attributes(node)]
    looked_up = [
        [value.decode() if isinstance(value, bytes) else value for value in constant[node.input[0]].ravel().tolist()]
        for node in model.graph.node
        if node.op_type == "ArrayFeatureExtractor" and constant.get(node.input[0], np.array(0.0)).dtype.kind in "iOU"
    ]
    told = [listed(model, name) for name in ("labels", "classes")]
    return of_nodes[::-1] + looked_up[::-1] + [labels for labels in told if labels]


def listed(model: onnx.ModelProto, name: str) -> list[str] | None:
    """A list in the model's metadata, as JSON or with commas."""
    for prop in model.metadata_props:
        if prop.key == name:
            try:
                return list(json.loads(prop.value))
            except (ValueError, TypeError):
                return [each.strip() for each in prop.value.split(",")]
    return None
