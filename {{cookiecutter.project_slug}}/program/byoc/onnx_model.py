"""The model that training left in `/opt/ml/model`, on ONNX Runtime: no scikit-learn, no pickle."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from byoc.errors import ModelError
from byoc.signature import Signature

FILE_NAME = "model.onnx"


class OnnxModel:
    """A classifier, if it has the outputs `label` (rows) and `probabilities` (rows × labels); else a number a row."""

    def __init__(self, folder: Path):
        """Load `folder/model.onnx` and its signature; raises ModelError if either cannot be used."""
        self.signature = Signature.load(folder)
        self.feature_names = [feature.name for feature in self.signature.features]
        self._session = _session(folder / FILE_NAME)
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()]
        # Chosen here, so that a request pays nothing for the choice.
        self.predict = self._scores if {"label", "probabilities"} <= set(self._outputs) else self._numbers

    def _scores(self, rows: np.ndarray) -> dict[str, Any]:
        """Score `rows`, float32 of shape (rows, features).

        The columns bear the names that SageMaker's own containers use for SAGEMAKER_INFERENCE_OUTPUT.
        """
        labels, probabilities = self._session.run(["label", "probabilities"], {self._input: rows})
        return {"predicted_label": labels, "probabilities": probabilities, "labels": self.signature.labels}

    def _numbers(self, rows: np.ndarray) -> np.ndarray:
        """The number of each of `rows`, of shape (rows)."""
        return self._session.run(self._outputs[:1], {self._input: rows})[0].reshape(len(rows))


def _session(file: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: workers are the parallelism (L-10), and a session with threads of its own does not survive a fork.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if not file.is_file():
        raise ModelError(f"no model: {file} is missing; train first, or give the container the model's archive")
    try:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has an exception of its own for each way a file can be broken
        raise ModelError(f"the model cannot be loaded: {file}: {error}") from None
