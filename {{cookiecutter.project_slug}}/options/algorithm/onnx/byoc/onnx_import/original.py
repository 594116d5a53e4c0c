"""The given model, and rows to try it on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from byoc.onnx_import import graph_inputs, source_model
from byoc.onnx_import.graph_inputs import Input
from byoc.onnx_import.graph_labels import Labels

TRIAL = 8  # rows on which a model is tried


class Original:
    """The model of the file, on ONNX Runtime; `labels` are those of ZipMap, if it has one."""

    def __init__(self, file: Path, inputs: Sequence[Input], labels: Labels | None):
        self.session = source_model.session(file)
        self.batch = next((each.batch for each in inputs if each.batch), 1)
        self._inputs, self._labels = inputs, labels
        self._names = [output.name for output in self.session.get_outputs()]

    def run(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Its outputs, given as many rows at a time as it is made for, or else each by itself.

        `rows` is what a served model is given: float32 (rows, columns), or the array of codecs/records.py.
        """
        pieces = [rows[at : at + self.batch] for at in range(0, len(rows), self.batch)]
        parts = [self.session.run(None, self.feeds(piece)) for piece in pieces]
        return dict(zip(self._names, map(self._joined, zip(*parts, strict=True)), strict=True))

    def feeds(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        columns, feeds = graph_inputs.columns_of(rows), {}
        for each in self._inputs:
            feeds[each.name], columns = each.fed(columns[: each.width]), columns[each.width :]
        return feeds

    def _joined(self, parts: Sequence[Any]) -> np.ndarray:
        if isinstance(parts[0], list):  # of maps, one for each row
            return np.array([[row[label] for label in self._labels] for part in parts for row in part], np.float32)
        return np.concatenate([np.atleast_1d(part) for part in parts])

    def trial(self, rows: np.ndarray | None, dtype: np.dtype) -> np.ndarray:
        """Rows to try the model on: the first of those given, or else random ones."""
        count = self.batch * -(-TRIAL // self.batch)
        if rows is not None:
            return np.resize(rows, (count, *rows.shape[1:]))
        random = np.random.default_rng(0)
        whole = [each.is_whole for each in self._inputs for _ in range(each.width)]
        made = np.empty(count, dtype) if dtype.names else np.empty((count, len(whole)), dtype)
        for column, is_whole in zip(graph_inputs.columns_of(made), whole, strict=True):
            if column.dtype.hasobject:
                column[:] = "a"
            else:
                column[:] = random.integers(0, 2, count) if is_whole else random.normal(size=count)
        return made
