"""What a model takes and gives: the contract between training and serving, kept beside the model."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from byoc.errors import ModelError

FILE_NAME = "signature.json"


@dataclass(frozen=True)
class Feature:
    """One input column. `dtype` is numpy's name; `example` is a value from the training data, for people to try."""

    name: str
    dtype: str
    example: float


@dataclass(frozen=True)
class Signature:
    """The columns that the model takes, in order, and the labels that it tells apart, in the order of its scores.

    A model that gives a number a row has no labels.
    """

    features: tuple[Feature, ...]
    labels: tuple[str, ...] | tuple[int, ...] = ()

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=2) + "\n").encode()

    @classmethod
    def load(cls, folder: Path) -> "Signature":
        """Read `folder/signature.json`; raises ModelError if it is missing or of another shape."""
        file = folder / FILE_NAME
        try:
            content = json.loads(file.read_bytes())
            return cls(tuple(Feature(**feature) for feature in content["features"]), tuple(content["labels"]))
        except FileNotFoundError:
            raise ModelError(f"no signature: {file} is missing; training writes it beside model.onnx") from None
        except (ValueError, TypeError, KeyError) as error:
            raise ModelError(f"the signature cannot be read: {file}: {error!r}; train again") from None
