"""Rows of numbers and categories as neural networks take them, and what becomes of a network's outputs."""

from dataclasses import dataclass

import numpy as np

from byoc import columns, targets
from byoc.codecs.records import is_text, missing

FURTHEST = 10.0  # standard deviations; whatever a request brings, a network is not taken further from what it knows


@dataclass(frozen=True)
class Encoding:
    """How records (codecs/records.py) become a matrix, float32 (rows, width), by what training saw of each column.

    Its columns are first the numbers, less their mean and by their standard deviation, where 0 stands for a missing
    one. Then, for each column of numbers that lacked some in training, 1 where it is missing. Then the codes of the
    categories, from 1 on; 0 stands for what training never saw. A constant number says nothing and is always 0.
    """

    numbers: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    gaps: tuple[int, ...]  # the places, among the numbers, of those that lacked some
    categories: dict[str, tuple[str, ...]]

    @classmethod
    def learn(cls, rows: np.ndarray) -> "Encoding":
        """Every column of `rows` has a value in some row."""
        numbers = tuple(name for name in rows.dtype.names if not is_text(rows.dtype[name]))
        spread = [_spread(rows[name]) for name in numbers]
        return cls(
            numbers,
            tuple(mean for mean, _ in spread),
            tuple(scale for _, scale in spread),
            tuple(place for place, name in enumerate(numbers) if missing(rows[name]).any()),
            # A missing category is one of its own, if training saw any: "".
            {name: tuple(sorted(set(rows[name]))) for name in rows.dtype.names if name not in numbers},
        )

    @property
    def quantities(self) -> int:
        """How many columns of the matrix are not codes."""
        return len(self.numbers) + len(self.gaps)

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """Exactly what the ONNX of tabular_onnx.py does."""
        values = np.empty((len(rows), len(self.numbers)), np.float32)
        for place, name in enumerate(self.numbers):
            values[:, place] = rows[name]
        gone = np.isnan(values)
        with np.errstate(over="ignore"):
            scaled = (values - np.float32(self.means)) / np.float32(self.scales)
        scaled = np.where(gone, 0, np.clip(scaled, -FURTHEST, FURTHEST))
        codes = [columns.places(rows[name], known)[:, None] + 1 for name, known in self.categories.items()]
        return np.concatenate([scaled, gone[:, self.gaps], *codes], axis=1, dtype=np.float32)


@dataclass(frozen=True)
class Target:
    """What a network's outputs stand for: with `labels` the logits of each, else a number, less its mean, by its scale.

    Networks learn numbers around 0 far faster than others.
    """

    labels: tuple[str, ...] | tuple[int, ...] = ()
    mean: float = 0.0
    scale: float = 1.0

    @classmethod
    def learn(cls, labels: np.ndarray, regression: bool, channel: str) -> "Target":
        """Raises InputError for labels that are no numbers, or of which there is but one."""
        if not regression:
            return cls(tuple(targets.classes(labels).tolist()))
        numbers = targets.numbers(labels, channel)
        return cls(mean=float(numbers.mean()), scale=float(numbers.std()) or 1.0)

    @property
    def outputs(self) -> int:
        return len(self.labels) or 1

    def learnt(self, labels: np.ndarray, channel: str) -> np.ndarray:
        """What the network is to learn (rows): int64, the labels' places, or float32; raises InputError."""
        if self.labels:
            return targets.codes(labels, np.array(self.labels), channel)
        return ((targets.numbers(labels, channel) - self.mean) / self.scale).astype(np.float32)

    def answers(self, outputs: np.ndarray) -> np.ndarray:
        """Of outputs (rows, `outputs`): the labels' probabilities, of the same shape, or numbers (rows), float64."""
        outputs = outputs.astype(np.float64)
        if not self.labels:
            return outputs[:, 0] * self.scale + self.mean
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def scores(self, learnt: np.ndarray, answers: np.ndarray) -> dict[str, float]:
        """The loss, cross-entropy or the mean square as the network sees it, and what people know better."""
        if self.labels:
            chosen = np.take_along_axis(answers, learnt[:, None], axis=1)
            loss = -np.log(np.maximum(chosen, np.finfo(np.float64).tiny)).mean()
            return {"loss": float(loss), "accuracy": float((answers.argmax(axis=1) == learnt).mean())}
        off = answers - (learnt * self.scale + self.mean)
        square = float((off**2).mean())
        return {"loss": square / self.scale**2, "rmse": square**0.5, "mae": float(np.abs(off).mean())}


def _spread(values: np.ndarray) -> tuple[float, float]:
    """The mean and the standard deviation, as float32 holds them; that of a constant is infinite, to make it 0."""
    there = values[~np.isnan(values)].astype(np.float64)
    scale = float(np.float32(there.std()))
    return float(np.float32(there.mean())), scale if there.min() < there.max() and scale else np.inf
