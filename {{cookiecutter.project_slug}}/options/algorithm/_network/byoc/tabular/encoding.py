"""Encodes rows of numbers and categories for a neural network, and decodes the network's outputs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byoc.channels import columns, targets
from byoc.hosts.collectives import Collectives
from byoc.records import is_text, missing
from byoc.tabular.moments import means, moments

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
    def learn(cls, rows: np.ndarray, collectives: Collectives) -> "Encoding":
        """`rows` are this host's, of the same columns on all; every column has a value in some row of some host."""
        numbers = tuple(name for name in rows.dtype.names if not is_text(rows.dtype[name]))
        texts = tuple(name for name in rows.dtype.names if name not in numbers)
        there = [rows[name][~missing(rows[name])].astype(np.float64) for name in numbers]
        found, deviations = (part.astype(np.float32).tolist() for part in moments(there, collectives))
        ends = _on_any(collectives, [[values.min(), values.max()] if len(values) else [] for values in there])
        gaps = _on_any(collectives, [missing(rows[name]) for name in numbers])
        categories = _on_any(collectives, [rows[name] for name in texts])
        return cls(
            numbers,
            tuple(found),
            tuple(scale if len(both) > 1 and scale else np.inf for scale, both in zip(deviations, ends, strict=True)),
            tuple(place for place, gone in enumerate(gaps) if True in gone),
            # A missing category is one of its own, if training saw any: "".
            {name: tuple(sorted(known)) for name, known in zip(texts, categories, strict=True)},
        )

    @property
    def quantities(self) -> int:
        """How many columns of the matrix are not codes."""
        return len(self.numbers) + len(self.gaps)

    @property
    def told(self) -> dict[str, str]:
        """Of each column what training saw of it, in words."""
        gaps = [self.numbers[place] for place in self.gaps]
        numbers = {
            name: _number(mean, scale) + (", and missing in some rows" if name in gaps else "")
            for name, mean, scale in zip(self.numbers, self.means, self.scales, strict=True)
        }
        return numbers | {name: _one_of(known) for name, known in self.categories.items()}

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
    def of_labels(cls, labels: np.ndarray) -> "Target":
        """Raises InputError if all labels are the same."""
        return cls(tuple(targets.classes(labels).tolist()))

    @classmethod
    def of_numbers(cls, numbers: np.ndarray, collectives: Collectives) -> "Target":
        """`numbers`, float64, are this host's."""
        ((mean,), (scale,)) = moments([numbers], collectives)
        return cls(mean=float(mean), scale=float(scale) or 1.0)

    @property
    def told(self) -> str:
        """What it is that is learnt, in words."""
        return _one_of(self.labels) if self.labels else _number(self.mean, self.scale)

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

    def scores(self, learnt: np.ndarray, answers: np.ndarray, collectives: Collectives) -> dict[str, float]:
        """Over the rows of all hosts the loss, cross-entropy or the mean square as the network sees it, and what people
        know better.
        """
        if self.labels:
            chosen = np.take_along_axis(answers, learnt[:, None], axis=1)[:, 0]
            losses = -np.log(np.maximum(chosen, np.finfo(np.float64).tiny))
            loss, accuracy = means([losses, answers.argmax(axis=1) == learnt], collectives)
            return {"loss": float(loss), "accuracy": float(accuracy)}
        off = answers - (learnt * self.scale + self.mean)
        square, distance = means([off**2, np.abs(off)], collectives).tolist()
        return {"loss": square / self.scale**2, "rmse": square**0.5, "mae": distance}


def _number(mean: float, scale: float) -> str:
    return f"a number of mean {mean} and scale {scale}"


def _one_of(known: Sequence[Any]) -> str:
    return f"one of {len(known)}: {', '.join(map(repr, known))}"


def _on_any(collectives: Collectives, found: Sequence[Collection[Any]]) -> list[set[Any]]:
    """Of each column all the different values that are found on any host."""
    told = collectives.gather([np.unique(each).tolist() for each in found])
    return [set().union(*each) for each in zip(*told, strict=True)]
