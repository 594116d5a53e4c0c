"""LightGBM's part in the rounds of byoc/boosting.py, and its trees as ONNX."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np
from onnx import NodeProto, TensorProto, helper

from byoc.boosting import TRAINING
from byoc.boosting_data import Channel
from byoc.boosting_objectives import Kind
from byoc.boosting_onnx import Trees, model
from byoc.codecs.records import LARGEST
from byoc.signature import Feature, Signature

ZERO = float(np.float32(1e-35))  # LightGBM takes for 0 what is no further from it
NEVER_SEEN = -1.0  # among a column's categories, which are numbered from 0


class Rounds:
    """A booster that grows on TRAINING, and tells its loss on every channel."""

    def __init__(self, told: Mapping[str, Any], features: Sequence[Feature], channels: Mapping[str, Channel]):
        """`told` are LightGBM's parameters, with a seed."""
        self._told = told
        texts = [column for column, feature in enumerate(features) if feature.is_text]
        self._data = {}
        for name, channel in channels.items():
            settings = {"reference": self._data.get(TRAINING), "categorical_feature": texts, "free_raw_data": False}
            self._data[name] = lightgbm.Dataset(channel.matrix, channel.learnt, **settings)
        self.renew(0, b"")

    def renew(self, done: int, content: bytes) -> None:
        # The bytes hold no state of random numbers.
        seed = self._told["seed"] + done
        self._now = {**self._told, "bagging_seed": seed, "feature_fraction_seed": seed}
        self._before = lightgbm.Booster(model_str=content.decode()) if content else None
        self._booster = None

    def add(self, done: int) -> bool:
        before = self._latest.num_trees() if self._latest else 0
        if self._booster:
            self._booster.update()
        else:
            watched = {"valid_sets": list(self._data.values()), "valid_names": list(self._data)}
            begun = {"init_model": self._before, "keep_training_booster": True}
            self._booster = lightgbm.train(self._now, self._data[TRAINING], 1, **watched, **begun)
        return self._booster.num_trees() > before

    def losses(self) -> dict[str, float]:
        told = [*self._booster.eval_train(), *self._booster.eval_valid()]
        return {name: value for name, _, value, _ in told}

    def content(self) -> bytes:
        return self._booster.model_to_string(num_iteration=-1).encode()

    def first(self, rounds: int) -> lightgbm.Booster:
        """The model of so many rounds."""
        return lightgbm.Booster(model_str=self._latest.model_to_string(num_iteration=rounds))

    @property
    def _latest(self) -> lightgbm.Booster | None:
        return self._booster or self._before


def export(booster: lightgbm.Booster, kind: Kind, signature: Signature) -> bytes:
    """The model as ONNX: an input (rows, 1) for each column, float32 or text, gives the answers.

    Where all columns are numbers, one input has them all: `features` (rows, features).
    """
    trees = Trees()
    dumped = booster.dump_model()
    targets = dumped["num_tree_per_iteration"]
    for tree in dumped["tree_info"]:
        _gather(trees, tree["tree_index"], tree["tree_structure"], tree["tree_index"] % targets)
    inputs, nodes = _matrix(signature.features)
    sums = trees.operator("features", "sums", [0.0] * targets)
    return model("lightgbm", inputs, [*nodes, sums], "sums", kind, signature.labels)


def _matrix(features: Sequence[Feature]) -> tuple[list, list[NodeProto]]:
    """The inputs, and what makes `features` of them: each text becomes its place among the column's categories."""
    if not any(feature.is_text for feature in features):
        return [helper.make_tensor_value_info("features", TensorProto.FLOAT, (None, len(features)))], []
    inputs, nodes, columns = [], [], []
    for number, feature in enumerate(features, 1):
        name = f"column_{number}"  # ONNX bears fewer names than columns do
        kind = TensorProto.STRING if feature.is_text else TensorProto.FLOAT
        inputs.append(helper.make_tensor_value_info(name, kind, (None, 1)))
        columns.append(f"{name}_place" if feature.is_text else name)
        if feature.is_text:
            places = list(map(float, range(len(feature.categories))))
            known = {"keys_strings": feature.categories, "values_floats": places, "default_float": NEVER_SEEN}
            nodes.append(helper.make_node("LabelEncoder", [name], [columns[-1]], domain="ai.onnx.ml", **known))
    return inputs, [*nodes, helper.make_node("Concat", columns, ["features"], axis=1)]


def _gather(trees: Trees, number: int, root: dict[str, Any], target: int) -> None:
    """Every node from `root` down; each gets the next number when it is first heard of."""
    waiting, numbers = [(0, root)], itertools.count(1)
    while waiting:
        node, found = waiting.pop()
        if "leaf_value" in found:
            trees.leaf(number, node, target, float(found["leaf_value"]))
            continue
        yes, no, feature = next(numbers), next(numbers), found["split_feature"]
        waiting += [(yes, found["left_child"]), (no, found["right_child"])]
        if found["decision_type"] == "<=":
            value = _threshold(found["threshold"])
            trees.split(number, node, feature, "BRANCH_LEQ", value, yes, no, _missing_too(found))
            continue
        # One question for each category that goes left; what is none of them, missing or never seen, ends right.
        *others, last = map(float, found["threshold"].split("||"))
        for category in others:
            more = next(numbers)
            trees.split(number, node, feature, "BRANCH_EQ", category, yes, more, False)
            node = more
        trees.split(number, node, feature, "BRANCH_EQ", last, yes, no, False)


def _threshold(threshold: float) -> float:
    """The float32 that parts float32 alike: the largest up to the threshold, but for what LightGBM takes for 0."""
    if abs(threshold) <= ZERO:
        return ZERO if threshold >= 0 else float(np.nextafter(np.float32(-ZERO), np.float32(-np.inf)))
    nearest = np.float32(min(threshold, LARGEST))
    return float(nearest if float(nearest) <= threshold else np.nextafter(nearest, np.float32(-np.inf)))


def _missing_too(split: dict[str, Any]) -> bool:
    """Whether missing numbers go to the left: as learnt, or where training saw none, as 0 does."""
    return split["default_left"] if split["missing_type"] == "NaN" else split["threshold"] >= 0


def importance(booster: lightgbm.Booster, signature: Signature) -> dict[str, float]:
    """What the splits of each column gained."""
    gains = booster.feature_importance("gain").tolist()
    return {feature.name: gain for feature, gain in zip(signature.features, gains, strict=True)}
