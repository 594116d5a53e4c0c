"""XGBoost's side of the boosting loop in byoc/boosting/rounds.py, and its trees as ONNX."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xgboost
from onnx import TensorProto, helper

from byoc.boosting.dataset import Channel
from byoc.boosting.objectives import Kind
from byoc.boosting.onnx_export import Trees, model
from byoc.boosting.rounds import TRAINING
from byoc.signature import Signature

# What the base score is among the sums of leaves; elsewhere it is one of them.
BASE = {Kind.TWO_LABELS: lambda score: math.log(score / (1 - score)), Kind.COUNT: math.log}


class Rounds:
    """A booster that grows on TRAINING, and tells its loss on every channel."""

    def __init__(self, told: Mapping[str, Any], channels: Mapping[str, Channel]):
        """`told` are XGBoost's parameters, with a seed."""
        self._told = told
        self._data = {name: xgboost.DMatrix(each.matrix, each.learnt) for name, each in channels.items()}
        self.renew(0, b"")

    def renew(self, done: int, content: bytes) -> None:
        # The bytes hold no state of random numbers.
        told = {**self._told, "seed": self._told["seed"] + done}
        self._booster = xgboost.Booster(told, list(self._data.values()), bytearray(content) if content else None)

    def add(self, done: int) -> bool:
        self._booster.update(self._data[TRAINING], done)
        return True

    def losses(self) -> dict[str, float]:
        told = self._booster.eval_set([(rows, name) for name, rows in self._data.items()])
        values = (float(each.rsplit(":", 1)[1]) for each in told.split("\t")[1:])
        return dict(zip(self._data, values, strict=True))

    def content(self) -> bytes:
        return bytes(self._booster.save_raw())

    def first(self, rounds: int) -> xgboost.Booster:
        """The model of so many rounds."""
        return self._booster[:rounds]


def predict(booster: xgboost.Booster, matrix: np.ndarray) -> np.ndarray:
    """The booster's answers: probabilities (rows) or (rows, labels), or numbers (rows); there may be no rows."""
    if len(matrix):
        return booster.predict(xgboost.DMatrix(matrix))
    return booster.predict(xgboost.DMatrix(np.zeros((1, matrix.shape[1]), np.float32)))[:0]


def export(booster: xgboost.Booster, kind: Kind, signature: Signature) -> bytes:
    """The model as ONNX: `features`, float32 (rows, features), NaN where missing, gives the answers.

    Read from XGBoost's JSON: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
    """
    learner = json.loads(booster.save_raw("json"))["learner"]
    ensemble = learner["gradient_booster"]["model"]
    trees = Trees()
    for number, (tree, target) in enumerate(zip(ensemble["trees"], ensemble["tree_info"], strict=True)):
        _gather(trees, number, tree, target)
    targets = max(1, int(learner["learner_model_param"]["num_class"]))
    scores = np.broadcast_to(json.loads(learner["learner_model_param"]["base_score"]), targets)
    sums = trees.operator("features", "sums", [float(BASE.get(kind, float)(score)) for score in scores])
    rows = helper.make_tensor_value_info("features", TensorProto.FLOAT, (None, len(signature.features)))
    return model("xgboost", [rows], [sums], "sums", kind, signature.labels)


def _gather(trees: Trees, number: int, tree: dict[str, list], target: int) -> None:
    names = ("left_children", "right_children", "split_indices", "split_conditions", "default_left")
    for node, (left, right, feature, value, missing) in enumerate(zip(*(tree[name] for name in names), strict=True)):
        if left < 0:
            trees.leaf(number, node, target, value)
        else:
            trees.split(number, node, feature, "BRANCH_LT", value, left, right, bool(missing))


def importance(booster: xgboost.Booster, signature: Signature) -> dict[str, float]:
    """What the splits of each column gained."""
    gains = booster.get_score(importance_type="total_gain")
    return {feature.name: gains.get(f"f{column}", 0.0) for column, feature in enumerate(signature.features)}
