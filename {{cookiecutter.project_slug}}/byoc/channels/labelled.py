"""Reads rows of a label and numbers from CSV and Parquet into arrays, at some eight bytes a value."""

import csv
import gzip
import io
import zlib
from array import array
from collections.abc import Sequence
from math import isfinite
from typing import BinaryIO

import numpy as np

from byoc.channels import parquet, precision
from byoc.channels.labels import Labels
from byoc.channels.parsing import MOST_SHOWN, NONE_MISSING, NOT_FINITE, PERHAPS_NONE, is_number
from byoc.errors import InputError
from byoc.records import BOOLEANS, LARGEST, NO_VALUE

GZIP = b"\x1f\x8b"


class LabelledRows:
    """What was read so far. Each label is kept as text only once, and the features never are."""

    def __init__(self, trained: int = 0) -> None:
        """`trained` is how many features a row must have, if training has said so."""
        self._labels = Labels()
        self._features = array("d")
        self._width = self._trained = trained

    def __len__(self) -> int:
        return len(self._labels)

    def read(self, name: str, content: io.BufferedReader) -> None:
        """Add the rows of a Parquet file, or else of CSV, gzipped or not.

        Its first bytes tell which it is, as names may end in anything. Raises InputError with name and place for a
        row that does not fit.
        """
        start = content.peek(len(parquet.MAGIC))
        if start.startswith(parquet.MAGIC):
            self._read_parquet(name, content)
            return
        try:
            self._read_csv(name, gzip.GzipFile(fileobj=content) if start.startswith(GZIP) else content)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InputError(f"{name}: begins as gzip, but cannot be unpacked: {error}") from None

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float32)."""
        features = np.frombuffer(self._features).reshape(len(self), self._width)
        names = [f"column {column}" for column in range(2, self._width + 2)]
        return self._labels.array(), precision.served(features, names)

    def _read_csv(self, name: str, content: BinaryIO) -> None:
        reader = csv.reader(io.TextIOWrapper(content, encoding="utf-8-sig", newline=""), skipinitialspace=True)
        self._labels.place = lambda: f"{name}, line {reader.line_num}"
        lines = array("q")  # of the rows
        try:
            for cells in reader:
                if not cells:
                    continue
                if not self._add(cells):
                    raise InputError(f"{name}, line {reader.line_num}{_fault(cells, self._width, self._trained)}")
                lines.append(reader.line_num)
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{name}, after line {reader.line_num}: not CSV in UTF-8: {error}") from None
        self._check_size(name, "line", lines)

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        self._labels.place = lambda: name
        first = 1
        for names, labels, features in parquet.batches(name, content):
            count = features.shape[1]
            if count != (self._width or count):
                raise InputError(f"{name}: {_other_width(count, self._width, self._trained)}")
            self._width = count
            self._labels.add_all([label.strip() for label in names], labels)
            self._features.frombytes(features.tobytes())
            self._check_size(name, "row", range(first, first := first + len(features)))

    def _check_size(self, name: str, unit: str, places: Sequence[int]) -> None:
        """Refuse what float32 cannot hold in the last rows, whose `places` these are: all at once, as that is fast."""
        if not places:
            return
        rows = np.frombuffer(self._features)[-len(places) * self._width :].reshape(-1, self._width)
        if max(rows.max(), -rows.min()) > LARGEST:
            row, column = np.argwhere(np.abs(rows) > LARGEST)[0].tolist()
            value = rows[row, column].item()
            raise InputError(f"{name}, {unit} {places[row]}, column {column + 2}: {value!r} is {NOT_FINITE}")

    def _add(self, cells: list[str]) -> bool:
        """Add a row, or nothing if it has a fault. A million rows come through here, so faults are explained apart."""
        label = cells[0].strip()
        try:
            row = array("d", map(float, cells[1:]))
        except ValueError:
            return False
        if not label or not row or len(row) != (self._width or len(row)) or not all(map(isfinite, row)):
            return False
        self._width = len(row)
        self._features.extend(row)
        self._labels.add(label)
        return True


def _fault(cells: list[str], width: int, trained: int) -> str:
    """What is wrong with a row, to follow its place; `width` is how many features it ought to have, or 0."""
    count = len(cells) - 1
    if count == 0:
        return ": a row needs a label and at least one feature"
    if trained and count != trained:
        return f": {_other_width(count, width, trained)}"
    for column, cell in enumerate(cells[1:], start=2):
        text = cell.strip()
        if not text or text in NO_VALUE or text in PERHAPS_NONE:
            return f", column {column}: {text!r}: {NONE_MISSING}"
        if text in BOOLEANS:
            return f", column {column}: {text!r} is not a number; write 1 for True and 0 for False"
        if not is_number(text):
            shown = repr(text[:MOST_SHOWN])
            return f", column {column}: {shown} is not a number; a row is a label and then numbers, without header"
        if not isfinite(float(text)):
            return f", column {column}: {text!r} is {NOT_FINITE}"
    if not cells[0].strip():
        return ", column 1: the label is missing"
    return f": {_other_width(count, width, trained)}"


def _other_width(count: int, width: int, trained: int) -> str:
    return f"{count} features, but {'training has' if trained else 'the rows before it have'} {width}"
