"""The model's signature: feature names, dtypes and labels, saved beside the model by training and read by serving."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from byoc.errors import ModelError

FILE_NAME = "signature.json"
TEXT = "str"
NUMBER = "float32"


@dataclass(frozen=True)
class Feature:
    """One input column. `dtype` is numpy's name; `example` is a value from the training data, for people to try.

    A column of the dtype `str` holds categories: `categories` are those that training saw, and others may come.
    `missing` tells whether a row may leave the column out: the model is given NaN there, or an empty text.
    """

    name: str
    dtype: str
    example: float | str
    missing: bool = False
    categories: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.dtype == TEXT


@dataclass(frozen=True)
class Signature:
    """The columns that the model takes, in order, and the labels that it tells apart, in the order of its scores.

    A model that gives a number a row has no labels.
    """

    features: tuple[Feature, ...]
    labels: tuple[str, ...] | tuple[int, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether rows are more than numbers, all of which are there."""
        return any(feature.is_text or feature.missing for feature in self.features)

    def check(self, model: str, features: int | None, labels: int | None = None) -> None:
        """Raise ModelError if the file `model` takes or tells apart another number of them; None is not known."""
        for what, its, ours in (("features", features, self.features), ("labels", labels, self.labels)):
            if its is not None and ours and its != len(ours):
                raise ModelError(
                    f"{model} and its signature are not of one training: it takes {its} {what}, {FILE_NAME} has "
                    f"{len(ours)}; pack both files as one training job has left them"
                )

    def to_json(self) -> bytes:
        """Without what is as by default, so that servers of before read the signature of numbers alone."""
        content = asdict(self)
        for feature in content["features"]:
            for name in ("missing", "categories"):
                if not feature[name]:
                    del feature[name]
        return (json.dumps(content, indent=2) + "\n").encode()

    @classmethod
    def load(cls, folder: Path) -> "Signature":
        """Read `folder/signature.json`; raises ModelError if it is missing or of another shape."""
        file = folder / FILE_NAME
        try:
            content = json.loads(file.read_bytes())
            return cls(tuple(map(_feature, content["features"])), tuple(content["labels"]))
        except FileNotFoundError:
            raise ModelError(f"no signature: {file} is missing; training writes it beside model.onnx") from None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ModelError(f"the signature cannot be read: {file}: {error!r}; train again") from None


def _feature(fields: dict[str, Any]) -> Feature:
    return Feature(**fields | {"categories": tuple(fields.get("categories", ()))})
