"""LightGBM's trees as ONNX, read from its dump of a model; categories are encoded as numbers inside.

https://lightgbm.readthedocs.io/en/stable/pythonapi/lightgbm.Booster.html#lightgbm.Booster.dump_model
"""

import itertools
from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
from onnx import NodeProto, TensorProto, helper

from byoc.boosting.objectives import Kind
from byoc.boosting.onnx_export import Trees, model
from byoc.records import LARGEST
from byoc.signature import Feature, Signature

ZERO = float(np.float32(1e-35))  # LightGBM takes for 0 what is no further from it
NEVER_SEEN = -1.0  # among the texts, which are numbered from 0


def export(booster: lightgbm.Booster, kind: Kind, signature: Signature) -> bytes:
    """The model as ONNX: `numbers`, float32 (rows, numbers), and `texts` (rows, texts), if any, give the answers."""
    trees, columns = Trees(), Columns(signature.features)
    dumped = booster.dump_model()
    targets = dumped["num_tree_per_iteration"]
    for tree in dumped["tree_info"]:
        _gather(trees, columns, tree["tree_index"], tree["tree_structure"], tree["tree_index"] % targets)
    sums = trees.operator(columns.matrix, "sums", [0.0] * targets)
    return model("lightgbm", columns.inputs, [*columns.nodes, sums], "sums", kind, signature.labels)


class Columns:
    """What becomes of the features: numbers come first, texts after them, each as its place among all columns' texts.

    `inputs` are the model's, `nodes` make `matrix` (rows, features) of them.
    """

    def __init__(self, features: Sequence[Feature]):
        numbers = [column for column, feature in enumerate(features) if not feature.is_text]
        texts = [column for column, feature in enumerate(features) if feature.is_text]
        known = sorted({category for column in texts for category in features[column].categories})
        self._features = features
        self._column = {column: place for place, column in enumerate(numbers + texts)}
        self._places = {text: float(place) for place, text in enumerate(known)}
        self.inputs, parts = [], []
        self.nodes: list[NodeProto] = []
        if numbers:
            self.inputs.append(helper.make_tensor_value_info("numbers", TensorProto.FLOAT, (None, len(numbers))))
            parts.append("numbers")
        if texts:
            self.inputs.append(helper.make_tensor_value_info("texts", TensorProto.STRING, (None, len(texts))))
            places = {"values_floats": list(self._places.values()), "default_float": NEVER_SEEN}
            about = {"domain": "ai.onnx.ml", "keys_strings": known} | places
            self.nodes.append(helper.make_node("LabelEncoder", ["texts"], ["places"], **about))
            parts.append("places")
        if len(parts) > 1:
            self.nodes.append(helper.make_node("Concat", parts, ["features"], axis=1))
        self.matrix = parts[0] if len(parts) == 1 else "features"

    def column(self, split: dict[str, Any]) -> int:
        """Of `matrix`, the column that is split."""
        return self._column[split["split_feature"]]

    def places(self, split: dict[str, Any]) -> list[float]:
        """The texts that go to the left, as they are in `matrix`."""
        categories = self._features[split["split_feature"]].categories
        return [self._places[categories[int(code)]] for code in split["threshold"].split("||")]


def _gather(trees: Trees, columns: Columns, number: int, root: dict[str, Any], target: int) -> None:
    """Every node from `root` down; each gets the next number when it is first heard of."""
    waiting, numbers = [(0, root)], itertools.count(1)
    while waiting:
        node, found = waiting.pop()
        if "leaf_value" in found:
            trees.leaf(number, node, target, float(found["leaf_value"]))
            continue
        yes, no, column = next(numbers), next(numbers), columns.column(found)
        waiting += [(yes, found["left_child"]), (no, found["right_child"])]
        if found["decision_type"] == "<=":
            value = _threshold(found["threshold"])
            trees.split(number, node, column, "BRANCH_LEQ", value, yes, no, _missing_too(found))
            continue
        # One question for each text that goes left; what is none of them, missing or never seen, ends right.
        *others, last = columns.places(found)
        for place in others:
            more = next(numbers)
            trees.split(number, node, column, "BRANCH_EQ", place, yes, more, False)
            node = more
        trees.split(number, node, column, "BRANCH_EQ", last, yes, no, False)


def _threshold(threshold: float) -> float:
    """The float32 that parts float32 alike: the largest up to the threshold, but for what LightGBM takes for 0."""
    if abs(threshold) <= ZERO:
        return ZERO if threshold >= 0 else float(np.nextafter(np.float32(-ZERO), np.float32(-np.inf)))
    nearest = np.float32(min(threshold, LARGEST))
    return float(nearest if float(nearest) <= threshold else np.nextafter(nearest, np.float32(-np.inf)))


def _missing_too(split: dict[str, Any]) -> bool:
    """Whether missing numbers go to the left: as learnt, or where training saw none, as 0 does."""
    return split["default_left"] if split["missing_type"] == "NaN" else split["threshold"] >= 0
