"""The same task as a plain Keras script does it, to compare with; see the README of the template's benchmarks."""

import csv
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from keras import layers

LABEL = "body_style"
TEXTS = "make fuel_type aspiration num_of_doors drive_wheels engine_location engine_type num_of_cylinders"
CATEGORIES = (*TEXTS.split(), "fuel_system")


class Script:
    def __init__(self, training: Path):
        keras.utils.set_random_seed(0)
        rows = read(training)
        self.names = [name for name in rows[0] if name not in (LABEL, *CATEGORIES)]
        self.known = {name: sorted({row[name] for row in rows}) for name in CATEGORIES}
        values = self.values(rows)
        self.mean, self.std = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
        self.labels = sorted({row[LABEL] for row in rows})
        numbers = keras.Input((len(self.names),))
        codes = [keras.Input((), dtype="int32") for _ in CATEGORIES]
        sizes = [len(known) + 1 for known in self.known.values()]
        vectors = [layers.Embedding(size, 1 + (size - 1) // 2)(code) for size, code in zip(sizes, codes, strict=True)]
        told = layers.Concatenate()([numbers, *vectors])
        for _ in range(2):
            told = layers.Dropout(0.1)(layers.Dense(64, activation="relu")(told))
        self.model = keras.Model([numbers, *codes], layers.Dense(len(self.labels), activation="softmax")(told))
        rate = keras.optimizers.schedules.CosineDecay(0.001, 100 * -(-len(rows) // 32))
        self.model.compile(keras.optimizers.AdamW(rate), "sparse_categorical_crossentropy")
        labels = np.array([self.labels.index(row[LABEL]) for row in rows])
        self.model.fit(self.arrays(rows), labels, batch_size=32, epochs=100, verbose=0)

    def values(self, rows: list[dict[str, str]]) -> np.ndarray:
        return np.array([[float(row[name] or "nan") for name in self.names] for row in rows])

    def arrays(self, rows: list[dict[str, str]]) -> list[np.ndarray]:
        numbers = np.nan_to_num((self.values(rows) - self.mean) / self.std)
        places = {
            name: {category: place for place, category in enumerate(known, 1)} for name, known in self.known.items()
        }
        return [numbers, *(np.array([places[name].get(row[name], 0) for row in rows]) for name in CATEGORIES)]

    def predict(self, rows: list[dict[str, str]]) -> list[str]:
        return [self.labels[place] for place in self.model.predict(self.arrays(rows), verbose=0).argmax(axis=1)]


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def score(training: Path, held_out: Path) -> float:
    """The accuracy on the second file of a network that learnt the first."""
    rows = read(held_out)
    predicted = Script(training).predict(rows)
    return sum(row[LABEL] == guess for row, guess in zip(rows, predicted, strict=True)) / len(rows)


def one_row(training: Path) -> Callable[[], object]:
    """Predicts a row that is prepared already: the network alone, by the quickest of Keras' ways."""
    script = Script(training)
    row = script.arrays(read(training)[:1])
    return lambda: script.model.predict_on_batch(row)
