"""The trained classifier: its tokenizer, and its network on ONNX Runtime. No PyTorch, no transformers."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from byoc.errors import ModelError
from byoc.serving.codecs.records import Record
from byoc.serving.onnx_model import FILE_NAME, open_session
from byoc.signature import TEXT, Feature, Signature
from serving_requests import refuse_halves

# Workers are the parallelism (L-10), and threads do not survive a fork.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

TOKENIZER = "tokenizer.json"
# Texts at a time, of about the same length: in a batch, all are filled up to the longest.
BATCH = 32
PARTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


def feature(example: str) -> Feature:
    """The one column of a request; its name is what Hugging Face's clients call it. An empty text is one, too."""
    return Feature("inputs", TEXT, example, missing=True)


RECORD = Record((feature(""),))


class TextClassifier:
    """A text has a probability for each label; what is longer than max_length tokens is cut off."""

    line_by_line = True  # each line of a request has one of the answer (B-09)

    def __init__(self, folder: Path):
        """Load the folder's model; raises ModelError if it is not whole."""
        self.signature = Signature.load(folder)
        self.record = RECORD
        self._session = open_session(folder / FILE_NAME)
        self._names = [given.name for given in self._session.get_inputs()]
        self._labels = np.array(self.signature.labels)
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # it has none of its own
            raise ModelError(f"the tokenizer cannot be loaded: {folder / TOKENIZER}: {error}; train again") from None

    def answer(self, data: Any) -> Any:
        """For texts (rows) what byoc's OnnxModel gives; to Hugging Face's clients, what pipelines say."""
        if isinstance(data, np.ndarray):
            return self._scores(data[RECORD.names[0]].tolist())
        if isinstance(data, str):
            return self._scores(data.splitlines())
        texts = data.inputs if isinstance(data.inputs, list) else [data.inputs]
        found = [self._ranked(row, data.parameters.top_k) for row in self._probabilities(texts)]
        # As pipelines do: a single text's labels are not in a list of their own, and a single label never is.
        if "top_k" not in data.parameters.model_fields_set:
            return [labels[0] for labels in found]
        return found if isinstance(data.inputs, list) else found[0]

    def _scores(self, texts: list[str]) -> dict[str, Any]:
        probabilities = self._probabilities(texts)
        labels = self._labels[probabilities.argmax(axis=1)]
        return {"predicted_label": labels, "probabilities": probabilities, "labels": self.signature.labels}

    def _ranked(self, probabilities: np.ndarray, count: int | None) -> list[dict[str, Any]]:
        best = np.argsort(-probabilities, kind="stable")[:count]
        return [{"label": str(self._labels[place]), "score": float(probabilities[place])} for place in best]

    def _probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (texts, labels). What comes several times, as short texts do, is worked out once."""
        refuse_halves(texts)
        different = sorted(set(texts), key=len)
        parts = (different[start : start + BATCH] for start in range(0, len(different), BATCH))
        found = np.concatenate([self._network(self._tokenizer.encode_batch(part)) for part in parts])
        places = {text: place for place, text in enumerate(different)}
        return found[[places[text] for text in texts]]

    def _network(self, encoded: list[Encoding]) -> np.ndarray:
        given = {name: np.array([getattr(one, PARTS[name]) for one in encoded], np.int64) for name in self._names}
        (logits,) = self._session.run(["logits"], given)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
