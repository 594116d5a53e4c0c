"""LightGBM's part in the rounds of byoc/boosting.py."""

from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm

from byoc.boosting import TRAINING
from byoc.boosting_data import Channel
from byoc.signature import Feature, Signature


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


def importance(booster: lightgbm.Booster, signature: Signature) -> dict[str, float]:
    """What the splits of each column gained."""
    gains = booster.feature_importance("gain").tolist()
    return {feature.name: gain for feature, gain in zip(signature.features, gains, strict=True)}
