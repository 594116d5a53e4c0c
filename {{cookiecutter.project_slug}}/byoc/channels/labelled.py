"""Reads rows of a label and numbers from CSV and Parquet into arrays, at some eight bytes a value."""

import csv
import gzip
import io
import zlib
from array import array
from math import isfinite
from typing import BinaryIO

import numpy as np

from byoc.channels import parquet
from byoc.channels.parsing import is_number
from byoc.errors import InputError

GZIP = b"\x1f\x8b"


class LabelledRows:
    """What was read so far. Each label is kept as text only once, and the features never are."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._labels = array("q")
        self._features = array("d")
        self._width = 0

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
        """The labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float64)."""
        features = np.frombuffer(self._features).reshape(len(self), self._width)
        return as_labels(list(self._codes))[np.frombuffer(self._labels, np.int64)], features

    def _read_csv(self, name: str, content: BinaryIO) -> None:
        reader = csv.reader(io.TextIOWrapper(content, encoding="utf-8-sig", newline=""), skipinitialspace=True)
        try:
            for cells in reader:
                if cells and not self._add(cells):
                    raise InputError(f"{name}, line {reader.line_num}{_fault(cells, self._width)}")
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{name}, after line {reader.line_num}: not CSV in UTF-8: {error}") from None

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        for names, labels, features in parquet.batches(name, content):
            count = features.shape[1]
            if count != (self._width or count):
                raise InputError(f"{name}: {count} features, but the rows before it have {self._width}")
            self._width = count
            self._add_labels(names, labels)
            self._features.frombytes(features.tobytes())

    def _add_labels(self, different: list[str], places: np.ndarray) -> None:
        """A label for each of the `places` in those that are different."""
        codes = np.array([self._code(label.strip()) for label in different], dtype=np.int64)
        self._labels.frombytes(codes[places].tobytes())

    def _code(self, label: str) -> int:
        return self._codes.setdefault(label, len(self._codes))

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
        self._labels.append(self._code(label))
        return True


def _fault(cells: list[str], width: int) -> str:
    """What is wrong with a row, to follow its place; `width` is how many features the rows before it have, or 0."""
    for column, cell in enumerate(cells[1:], start=2):
        if not is_number(cell):
            return f", column {column}: {cell!r} is not a number; a row is a label and then numbers, without header"
    count = len(cells) - 1
    if count == 0:
        return ": a row needs a label and at least one feature"
    if not all(isfinite(float(cell)) for cell in cells[1:]):
        return f": {', '.join(cells[1:])}: every feature must be a finite number"
    if not cells[0].strip():
        return ", column 1: the label is missing"
    return f": {count} features, but the rows before it have {width}"


def as_labels(labels: list[str]) -> np.ndarray:
    """int64 if all are plain whole numbers, else str."""
    try:
        numbers = np.array([int(label) for label in labels], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.array(labels)
    return numbers if numbers.astype(str).tolist() == labels else np.array(labels)  # int() would take 007 for 7
