"""The model to be served, and its scores on held-out rows."""

from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from byoc.channels import targets
from byoc.errors import InputError, listed
from byoc.records import category
from byoc.serving.codecs.categories import Categories
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import TEXT, Feature, Signature
from byoc.training.job import Job


class Served:
    """A model.onnx and its signature, loaded by what will serve them."""

    def __init__(self, content: bytes, signature: Signature):
        self.content, self.signature = content, signature
        with TemporaryDirectory() as folder:
            (Path(folder) / "model.onnx").write_bytes(content)
            (Path(folder) / "signature.json").write_bytes(signature.to_json())
            self.model = OnnxModel(Path(folder))

    def predictions(self, rows: np.ndarray) -> np.ndarray:
        """A label or a number for each row."""
        given = self.model.predict(rows)
        return given["predicted_label"] if isinstance(given, dict) else given

    def probabilities(self, rows: np.ndarray) -> np.ndarray | None:
        given = self.model.predict(rows)
        return given["probabilities"] if isinstance(given, dict) else None

    def difference(self, other: "Served", rows: np.ndarray) -> float:
        """How far probabilities or numbers are from the other's at most; of labels alone, the share that differs."""
        mine, its = (
            model.predictions(rows) if model.probabilities(rows) is None else model.probabilities(rows)
            for model in (self, other)
        )
        return float(np.abs(mine - its).max() if mine.dtype.kind == "f" else np.mean(mine != its))


class HeldOut:
    """The channel `validation`."""

    def __init__(self, labels: np.ndarray, rows: np.ndarray):
        self.labels, self.rows = labels, rows

    @classmethod
    def read(
        cls, job: Job, columns: Mapping[str, bool], missing: bool, known: Collection[str] = ()
    ) -> "HeldOut | None":
        """What a served model is given, with labels; `columns` tells which are text. None without such a channel.

        `known` are the texts of the model, by whose spelling it knows a category.
        """
        if "validation" not in job.channels:
            return None
        channel, texts = job.channel("validation"), [name for name, is_text in columns.items() if is_text]
        if not (texts or missing):
            labels, rows = channel.read_labelled()
            if rows.shape[1] != len(columns):
                takes = f"but the model takes {len(columns)}"
                raise InputError(f"channel 'validation' has {rows.shape[1]} features, {takes}")
            return cls(labels, rows)
        # What serves looks a category up in the same way.
        spelled = Categories(Feature("", TEXT, "", missing, tuple(known))).text
        labels, rows = channel.read_records(texts, advice="the model takes a number there", meaning=spelled)
        if sorted(rows.dtype.names) != sorted(columns):
            takes = f"but the model takes {listed([*columns])}"
            raise InputError(f"channel 'validation' has the columns {listed(rows.dtype.names)}, {takes}")
        return cls(labels, rows[[*columns]])

    def metric(self, served: Served) -> tuple[str, float]:
        """Accuracy, or the root of the mean square of what numbers are off."""
        predicted = served.predictions(self.rows)
        scores = served.probabilities(self.rows)
        given = predicted if scores is None else scores.max(axis=1)
        if given.dtype.kind == "f" and not np.isfinite(given).all():
            row = np.flatnonzero(~np.isfinite(given))[0]
            raise InputError(
                f"channel 'validation', row {row + 1}: the model gives {given[row]}; mend the row, or the model"
            )
        if predicted.dtype.kind == "f":
            off = targets.numbers(self.labels, "validation") - predicted
            return "validation:rmse", float(np.sqrt(np.mean(off**2)))
        # The model spells its labels as its own training did, such as 1.0 for 1.
        spelled = [category(label) for label in predicted.astype(str).tolist()]
        actual = [category(label) for label in self.labels.astype(str).tolist()]
        return "validation:accuracy", float(np.mean(np.array(spelled) == np.array(actual)))

    def loss(self, before: Served, after: Served) -> float:
        """What was lost: accuracy, or the share by which the RMSE has grown."""
        name, old = self.metric(before)
        _, new = self.metric(after)
        return old - new if name.endswith("accuracy") else new / old - 1 if old else float(new > 0)
