"""How a request becomes an answer: `model_fn` and `predict_fn`, by SageMaker's names. Make them your own.

You may add `input_fn` and `output_fn`; without them byoc/serving/ reads the request and writes the answer. The packages
that this file imports belong in requirements/handlers.in.
"""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from byoc.errors import ModelError
from byoc.serving import model_files
from byoc.signature import Signature

MODEL = "model.npz"


class Model:
    """What `model_fn` gives: whatever you like. With `feature_names`, rows are held to them, and may be JSON objects;
    with `signature`, the page that tries the model knows its columns.
    """

    def __init__(self, folder: Path):
        self.signature = Signature.load(folder)
        self.feature_names = [feature.name for feature in self.signature.features]
        self.arrays = dict(np.load(folder / MODEL))
        self.labels = np.array(self.signature.labels)
        self.signature.check(MODEL, *self.arrays["weights"].shape)


def model_fn(model_dir: Path) -> Model:
    """Load, once in each worker, what `train` left; raises ModelError if that cannot be served."""
    model_files.check(Path(model_dir, MODEL))
    try:
        return Model(Path(model_dir))
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise ModelError(f"the model cannot be loaded: {model_dir}/{MODEL}: {error}") from None


# Your own content type, say a picture, needs an input_fn(request_body, content_type) here. Without one, CSV, JSON,
# JSON Lines, NPY and Parquet become float32 of shape (rows, features).


def score(model: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """The probability of each label (n, labels) for rows (n, m)."""
    scores = rows.astype(np.float64) @ model["weights"] + model["bias"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def predict_fn(data: np.ndarray, model: Model) -> Any:
    """Predict: one for each row. A classifier gives these three; any other an array, a list or a dict of lists."""
    probabilities = score(model.arrays, data)
    labels = model.labels[probabilities.argmax(axis=1)]
    return {"predicted_label": labels, "probabilities": probabilities, "labels": model.signature.labels}


# Your own answer needs an output_fn(prediction, accept) here, which gives bytes or text. Without one, the answer is in
# the type that the client accepts.
