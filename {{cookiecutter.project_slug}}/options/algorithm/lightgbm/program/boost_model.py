"""LightGBM's side of the boosting loop in byoc/boosting/rounds.py."""

from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy as np

from byoc.boosting.dataset import Data
from byoc.boosting.rounds import TRAINING
from byoc.hosts.collectives import Collectives
from byoc.signature import Signature

POWER = {"rmse": 2}  # of a loss which is a mean; LightGBM gives it for the rows of this host alone


class Rounds:
    """A booster that grows on TRAINING, and tells its loss on every channel."""

    def __init__(self, told: Mapping[str, Any], data: Data, collectives: Collectives, bins: lightgbm.Dataset | None):
        """`told` are LightGBM's parameters, with a seed; `bins` are those of the training rows, if they are known."""
        self._told, self._collectives, self._channels = told, collectives, list(data.channels)
        self._data = {}
        for name, channel in data.channels.items():
            if len(channel.learnt):
                settings = {"categorical_feature": data.texts, "free_raw_data": False, "params": dict(told)}
                reference = self._data.get(TRAINING, bins)
                self._data[name] = lightgbm.Dataset(channel.matrix, channel.learnt, reference, **settings)
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
        losses = {name: value for name, _, value, _ in told}
        return losses if self._collectives.size == 1 else self._overall(losses)

    def _overall(self, losses: Mapping[str, float]) -> dict[str, float]:
        """The losses on the rows of all hosts, of each of those on its own."""
        power = POWER.get(self._told["metric"], 1)
        here = {name: (self._data[name].num_data(), value**power) for name, value in losses.items()}
        told = self._collectives.gather(here)
        means = {}
        for name in self._channels:
            counts, values = zip(*(each[name] for each in told if name in each), strict=True)
            means[name] = float(np.average(values, weights=counts)) ** (1 / power)
        return means

    def content(self) -> bytes:
        return self._booster.model_to_string(num_iteration=-1).encode()

    def first(self, rounds: int) -> lightgbm.Booster:
        """The model of so many rounds."""
        return lightgbm.Booster(model_str=self._latest.model_to_string(num_iteration=rounds))

    @property
    def _latest(self) -> lightgbm.Booster | None:
        return self._booster or self._before


def predict(booster: lightgbm.Booster, matrix: np.ndarray) -> np.ndarray:
    """The booster's answers: probabilities (rows) or (rows, labels), or numbers (rows); there may be no rows."""
    if len(matrix):
        return booster.predict(matrix)
    return booster.predict(np.zeros((1, matrix.shape[1]), np.float32))[:0]


def importance(booster: lightgbm.Booster, signature: Signature) -> dict[str, float]:
    """What the splits of each column gained."""
    gains = booster.feature_importance("gain").tolist()
    return {feature.name: gain for feature, gain in zip(signature.features, gains, strict=True)}
