"""The model in `/opt/ml/model`, on ONNX Runtime: no scikit-learn, no pickle."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from byoc.errors import ModelError
from byoc.serving import gpu, model_files, predictions
from byoc.serving.codecs.records import Record
from byoc.signature import FILE_NAME as SIGNATURE
from byoc.signature import Signature

FILE_NAME = "model.onnx"
NUMBERS, TEXTS = "tensor(float)", "tensor(string)"


class OnnxModel:
    """A classifier, if it has the output `probabilities` (rows × labels) and `label` (rows), or else a signature with
    labels, of which the most probable one is meant; if not, it gives a number a row.

    One input takes all features, float32 of shape (rows × features). A model of which some are text has one for the
    numbers and then one for the texts, (rows × as many as there are); or else, as may one of which some may be missing,
    an input for each feature, (rows × 1), in their order. ONNX Runtime takes microseconds for every input.
    """

    def __init__(self, folder: Path):
        """Load `folder/model.onnx` and its signature; raises ModelError if either cannot be used."""
        self._session = open_session(folder / FILE_NAME)  # first: it tells of a folder too many, too
        if (folder / SIGNATURE).exists():
            model_files.check(folder / SIGNATURE)
        self.signature = Signature.load(folder)
        self.feature_names = [feature.name for feature in self.signature.features]
        self._inputs = [(given.name, given.type) for given in self._session.get_inputs()]
        self._input = self._inputs[0][0]
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._check_counts()
        if gpu.is_wanted():
            self._session = gpu.OnFirstUse(lambda: open_session(folder / FILE_NAME, gpu.CUDA))
        self.record = Record(self.signature.features) if self.signature.differs else None
        # Chosen here, so that a request pays nothing for the choice.
        self._feeds = self._choose_feeds()
        labelled, labels = "label" in self._outputs, self.signature.labels
        self.classifies = "probabilities" in self._outputs and bool(labelled or labels)
        self.predict = (self._scores if labelled else self._most_probable) if self.classifies else self._numbers

    def _scores(self, rows: np.ndarray) -> dict[str, Any]:
        """Score `rows`: float32 of shape (rows, features), or where columns differ the array of codecs/records.py.

        The columns bear the names that SageMaker's own containers use for SAGEMAKER_INFERENCE_OUTPUT.
        """
        labels, probabilities = self._session.run(["label", "probabilities"], self._feeds(rows))
        return {"predicted_label": labels, "probabilities": probabilities, "labels": self.signature.labels}

    def _most_probable(self, rows: np.ndarray) -> dict[str, Any]:
        """The same of a network without labels of its own."""
        (probabilities,) = self._session.run(["probabilities"], self._feeds(rows))
        return predictions.most_probable({"probabilities": probabilities, "labels": self.signature.labels})

    def _check_counts(self) -> None:
        """Raise ModelError for a signature of another training, where the network tells its own counts."""
        widths = [given.shape[-1] for given in self._session.get_inputs()]
        known = {output.name: output.shape[-1] for output in self._session.get_outputs() if len(output.shape) == 2}
        labels = known.get("probabilities")
        self.signature.check(
            FILE_NAME,
            sum(widths) if all(isinstance(width, int) for width in widths) else None,
            labels if isinstance(labels, int) else None,
        )

    def _choose_feeds(self) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
        if not self.record:
            return self._as_they_are
        kinds = [TEXTS if feature.is_text else NUMBERS for feature in self.record.features]
        taken = [kind for _, kind in self._inputs]
        if taken == sorted(set(kinds)):  # numbers, then texts
            return self._as_one if taken == [NUMBERS] else self._by_kind
        if taken != kinds:
            raise ModelError(f"{FILE_NAME} and its signature are not of one training: it takes {taken}, not {kinds}")
        return self._by_column

    def _as_they_are(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        return {self._input: rows}

    def _as_one(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        return {self._input: rows.view(np.float32).reshape(len(rows), -1)}

    def _by_kind(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        return {
            given: np.stack([rows[one.name] for one in self.record.features if one.is_text is (kind == TEXTS)], axis=1)
            for given, kind in self._inputs
        }

    def _by_column(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        columns = zip(self._inputs, self.feature_names, strict=True)
        return {given: rows[name].reshape(-1, 1) for (given, _), name in columns}

    def _numbers(self, rows: np.ndarray) -> np.ndarray:
        """The number of each of `rows`, of shape (rows)."""
        return self._session.run(self._outputs[:1], self._feeds(rows))[0].reshape(len(rows))


def open_session(file: Path, *preferred: str) -> onnxruntime.InferenceSession:
    """The file's network, for one worker, by the preferred execution providers or, what they cannot do, by the CPU.

    Raises ModelError if it is missing, or cannot be read, or broken.
    """
    model_files.check(file)
    options = onnxruntime.SessionOptions()
    # One thread: workers are the parallelism (L-10), and a session with threads of its own does not survive a fork.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(file, options, providers=[*preferred, "CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has an exception of its own for each way a file can be broken
        size = f"{file.stat().st_size:,} bytes"
        raise ModelError(f"the model cannot be loaded: {file}, {size}, which may be cut off: {error}") from None
