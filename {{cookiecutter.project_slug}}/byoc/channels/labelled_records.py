"""Reads rows of a label, numbers and categories, with missing values, from Parquet and CSV."""

import csv
import io
from array import array
from collections.abc import Collection, Sequence
from typing import BinaryIO

import numpy as np

from byoc import records
from byoc.channels import parquet
from byoc.channels.labelled import LabelledRows, as_labels
from byoc.channels.parsing import as_number, is_number, is_value
from byoc.errors import InputError
from byoc.signature import NUMBER, TEXT, Feature

NAME_IT = "if the column holds text, name it among the categories"


class LabelledRecords(LabelledRows):
    """What was read so far, a column for each feature. Each category is kept as text only once."""

    def __init__(self, categories: Collection[str] | None, advice: str) -> None:
        """`categories` names the columns that hold text; without it, a column's first value says whether it does.

        What does not go with that is refused with the `advice`.
        """
        super().__init__()
        self._categories, self._advice = set(categories or ()), advice
        self._finds_out = categories is None
        self._open: set[str] = set()  # the columns that it has to find out about and that have no value yet
        self._names: list[str] = []
        self._columns: dict[str, array | list[str]] = {}
        self._texts: dict[str, str] = {}

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the records (n) of codecs/records.py.

        Their dtype tells the columns; each number is float32 already, as the model is going to see it.
        """
        features = [Feature(name, TEXT if name in self._categories else NUMBER, 0, True) for name in self._names]
        rows = np.empty(len(self), records.dtype(features))
        for name, column in self._columns.items():
            rows[name] = column
        return as_labels(list(self._codes))[np.frombuffer(self._labels, np.int64)], rows

    def _read_csv(self, name: str, content: BinaryIO) -> None:
        reader = csv.reader(io.TextIOWrapper(content, encoding="utf-8-sig", newline=""), skipinitialspace=True)
        names: list[str] = []
        try:
            for cells in reader:
                place = f"{name}, line {reader.line_num}"
                if not cells:
                    continue
                if self._is_header(cells, first=not names):
                    names = self._named(cells[1:], place)
                else:
                    names = names or self._named([f"feature_{number}" for number in range(1, len(cells))], place)
                    self._add_row(cells, names, place)
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{name}, after line {reader.line_num}: not CSV in UTF-8: {error}") from None

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        known = None if self._finds_out else self._categories
        for different, places, names, columns in parquet.record_batches(name, content, known, self._advice):
            self._named(names, name)
            for title, values in zip(names, columns, strict=True):
                self._add_values(title, values, name)
            self._add_labels(different, places)

    def _add_values(self, title: str, values: np.ndarray, name: str) -> None:
        is_text = records.is_text(values.dtype)
        if title in self._open and not records.missing(values).all():
            self._settle(title, is_text)
        if is_text != (title in self._categories) and not records.missing(values).all():
            kinds = ("numbers", "text") if is_text else ("text", "numbers")
            raise InputError(f"{name}: column {title!r} holds {kinds[1]}, and {kinds[0]} before it; {self._advice}")
        if title in self._categories:
            texts = values.tolist() if is_text else [""] * len(values)
            self._columns[title].extend([self._texts.setdefault(text, text) for text in texts])
        else:
            numbers = np.full(len(values), np.nan, np.float32) if is_text else values
            self._columns[title].frombytes(numbers.tobytes())

    def _settle(self, name: str, is_text: bool) -> None:
        """Say what a column holds, of which every value so far is missing."""
        self._open.discard(name)
        if is_text:
            self._categories.add(name)
            self._columns[name] = [""] * len(self._columns[name])

    def _is_header(self, cells: list[str], first: bool) -> bool:
        """Whether a line holds names: as the first, no number and no empty cell; later, where a pipe joins files, the
        names that are known.
        """
        found = [cell.strip() for cell in cells[1:]]
        return not any(map(is_value, found)) if first else sorted(found) == sorted(self._names)

    def _named(self, cells: Sequence[str], place: str) -> list[str]:
        """The columns' names, which in every file are those of the first, in any order."""
        names = [cell.strip() for cell in cells]
        if not names or not all(names) or len(set(names)) < len(names):
            raise InputError(f"{place}: {', '.join(names)}: after the label, every column needs a name of its own")
        if not self._names:
            unknown = sorted(set(self._categories) - set(names))
            if unknown:
                raise InputError(f"{place}: there is no column {unknown[0]!r} among {', '.join(names)}")
            self._names = names
            self._columns = {name: [] if name in self._categories else array("f") for name in names}
            self._open = set(names) if self._finds_out else set()
        elif set(names) != set(self._names):
            raise InputError(f"{place}: the columns {', '.join(names)}, but before it {', '.join(self._names)}")
        return names

    def _add_row(self, cells: list[str], names: list[str], place: str) -> None:
        label = cells[0].strip()
        if not label:
            raise InputError(f"{place}, column 1: the label is missing")
        if len(cells) != len(names) + 1:
            raise InputError(f"{place}: {len(cells) - 1} features, but there are {len(names)}: {', '.join(names)}")
        for column, (name, cell) in enumerate(zip(names, cells[1:], strict=True), start=2):
            text = cell.strip()
            if text and name in self._open:
                self._settle(name, not is_number(text))
            if name in self._categories:
                if self._finds_out and text and text not in self._texts and is_number(text):
                    raise InputError(
                        f"{place}, column {column} ({name}): {text!r} is a number, and text before it; {self._advice}"
                    )
                self._columns[name].append(self._texts.setdefault(text, text))
                continue
            try:
                self._columns[name].append(as_number(text, self._advice))
            except ValueError as error:
                raise InputError(f"{place}, column {column} ({name}): {text!r} is {error}") from None
        self._labels.append(self._code(label))
