"""Reads rows of a label and numbers from CSV and Parquet into arrays, at some eight bytes a value."""

import io
from array import array
from collections.abc import Iterable, Sequence
from math import isfinite

import numpy as np

from byoc.channels import parquet
from byoc.channels.chosen import ChosenColumns
from byoc.channels.delimited import table
from byoc.channels.parsing import is_number, number
from byoc.errors import InputError, listed, shown


class LabelledRows:
    """What was read so far. Each label is kept as text only once, and the features never are."""

    def __init__(self, chosen: ChosenColumns) -> None:
        self._chosen = chosen
        self.names: list[str] = []  # of the features, if a file gives them
        self.target = 1  # where the label is in a row of the first file
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
        if content.peek(len(parquet.MAGIC)).startswith(parquet.MAGIC):
            self._read_parquet(name, content)
        else:
            self._read_csv(name, content)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float64)."""
        features = np.frombuffer(self._features).reshape(len(self), self._width)
        return as_labels(list(self._codes))[np.frombuffer(self._labels, np.int64)], features

    def columns(self, features: np.ndarray) -> Iterable[tuple[str, np.ndarray]]:
        """What a message calls each column of some features, and the column."""
        titles = [f"column {shown(name)}" for name in self.names]
        titles = titles or [f"feature {number}" for number in range(1, self._width + 1)]
        return zip(titles, features.T, strict=True)

    def _read_csv(self, name: str, content: io.BufferedReader) -> None:
        """A header is read where columns are chosen, as they are by name."""
        found = table.read(name, content, self._chosen, headed=None if self._chosen.given else False)
        if not found:
            return
        self._named(found.names[1:], found.place)
        self.target = found.places[0]
        for line, cells in found.rows:
            if not self._add(cells):
                raise InputError(f"{name}, line {line}{_fault(cells, found.places, self._width)}")

    def _named(self, names: list[str], place: str) -> None:
        """The features' names, which are the same in every file that has any."""
        if names and self.names and names != self.names:
            raise InputError(f"{place}: the columns {listed(names)}, but before it {listed(self.names)}")
        self.names = self.names or names

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        for names, labels, places, features in parquet.batches(name, content, self._chosen):
            count = features.shape[1]
            if count != (self._width or count):
                raise InputError(f"{name}: {count} features, but the rows before it have {self._width}")
            self._width = count
            self._named(names, name)
            self._add_labels(labels, places)
            self._features.frombytes(features.tobytes())

    def _add_labels(self, different: list[str], places: np.ndarray) -> None:
        """A label for each of the `places` in those that are different."""
        codes = np.array([self._code(label.strip()) for label in different], dtype=np.int64)
        self._labels.frombytes(codes[places].tobytes())

    def _code(self, label: str) -> int:
        return self._codes.setdefault(label, len(self._codes))

    def _add(self, cells: Sequence[str]) -> bool:
        """Add a row, or nothing if it has a fault. A million rows come through here, so faults are explained apart."""
        label, texts = cells[0].strip(), cells[1:]
        try:
            row = array("d", map(float, texts))
            if "_" in (joined := "".join(texts)) or not joined.isascii():  # which float() takes in numbers
                row = array("d", map(number, texts))
        except ValueError:
            return False
        if not label or not row or len(row) != (self._width or len(row)):
            return False
        if not isfinite(sum(row)) and not all(map(isfinite, row)):
            return False
        self._width = len(row)
        self._features.extend(row)
        self._labels.append(self._codes.setdefault(label, len(self._codes)))
        return True


def _fault(cells: Sequence[str], places: Sequence[int], width: int) -> str:
    """What is wrong with a row, to follow its place.

    `places` are those of the columns in the file, `width` is how many features the rows before it have, or 0.
    """
    for column, cell in zip(places[1:], cells[1:], strict=False):
        if not is_number(cell):
            rule = "a row is a label and then numbers, without header; with one, name the label's column as target"
            return f", column {column}: {shown(cell)} is not a number; {rule}"
    count = len(cells) - 1
    if count == 0:
        return ": a row needs a label and at least one feature"
    if count != (width or count):
        return f": {count} features, but the rows before it have {width}"
    if not cells[0].strip():
        return f", column {places[0]}: the label is missing"
    return f": {listed(cells[1:])}: every feature must be a finite number"


def as_labels(labels: list[str]) -> np.ndarray:
    """int64 if all are plain whole numbers, else str."""
    try:
        numbers = np.array([int(label) for label in labels], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.array(labels)
    return numbers if numbers.astype(str).tolist() == labels else np.array(labels)  # int() would take 007 for 7
