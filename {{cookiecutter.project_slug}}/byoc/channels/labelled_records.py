"""Reads rows of a label, numbers and categories, with missing values, from Parquet and CSV."""

import io
from array import array
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from byoc import records
from byoc.channels import parquet
from byoc.channels.chosen import ChosenColumns
from byoc.channels.delimited import table
from byoc.channels.labelled import LabelledRows, as_labels
from byoc.channels.parsing import as_number, is_number
from byoc.errors import LONGEST, InputError, listed, shown
from byoc.signature import NUMBER, TEXT, Feature

NAME_IT = "if the column holds text, name it among the categories"


class LabelledRecords(LabelledRows):
    """What was read so far, a column for each feature. Each category is kept as text only once."""

    def __init__(self, chosen: ChosenColumns, categories: Collection[str] | None, advice: str) -> None:
        """`categories` names the columns that hold text; without it, a column's first value says whether it does.

        What does not go with that is refused with the `advice`.
        """
        super().__init__(chosen)
        self._headed: bool | None = None  # whether the first file has a header
        self._categories, self._advice = set(categories or ()), advice
        self._finds_out = categories is None
        self._open: set[str] = set()  # the columns that it has to find out about and that have no value yet
        self._columns: dict[str, array | list[str]] = {}
        self._texts: dict[str, str] = {}

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the records (n) of codecs/records.py.

        Their dtype tells the columns; each number is float32 already, as the model is going to see it.
        """
        features = [Feature(name, TEXT if name in self._categories else NUMBER, 0, True) for name in self.names]
        rows = np.empty(len(self), records.dtype(features))
        for name, column in self._columns.items():
            rows[name] = column
        return as_labels(list(self._codes))[np.frombuffer(self._labels, np.int64)], rows

    def columns(self, features: np.ndarray) -> Iterable[tuple[str, np.ndarray]]:
        return ((f"column {shown(name)}", features[name]) for name in self.names)

    def _read_csv(self, name: str, content: io.BufferedReader) -> None:
        found = table.read(name, content, self._chosen, self._categories, self._headed)
        if not found:
            return
        self._headed = bool(found.names) if self._headed is None else self._headed
        names = found.names[1:] or [f"feature_{number}" for number in range(1, len(found.places))]
        self._named(names, found.place)
        self.target = found.places[0]
        for line, cells in found.rows:
            self._add_row(cells, names, name, line, found.places)

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        known = None if self._finds_out else self._categories
        for different, places, names, columns in parquet.record_batches(
            name, content, self._chosen, known, self._advice
        ):
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

    def _named(self, cells: Sequence[str], place: str) -> list[str]:
        """The columns' names, which in every file are those of the first, in any order."""
        names = [cell.strip() for cell in cells]
        if not names or not all(names) or len(set(names)) < len(names):
            raise InputError(f"{place}: {listed(names)}: after the label, every column needs a name of its own")
        if not self.names:
            unknown = sorted(set(self._categories) - set(names))
            if unknown:
                raise InputError(
                    f"{place}: there is no column {shown(unknown[0])} among {listed(names)}; the hyperparameter "
                    "categories names it, or else training has it"
                )
            self.names = names
            self._columns = {name: [] if name in self._categories else array("f") for name in names}
            self._open = set(names) if self._finds_out else set()
        elif set(names) != set(self.names):
            raise InputError(f"{place}: the columns {listed(names)}, but before it {listed(self.names)}")
        return names

    def _add_row(self, cells: Sequence[str], names: list[str], file: str, line: int, places: Sequence[int]) -> None:
        label = cells[0].strip()
        if not label:
            raise InputError(f"{file}, line {line}, column {places[0]}: the label is missing")
        if len(cells) != len(names) + 1:
            found, needed = len(cells) - 1, len(names)
            raise InputError(f"{file}, line {line}: {found} features, but there are {needed}: {listed(names)}")
        for place, name, cell in zip(places[1:], names, cells[1:], strict=True):
            text = cell.strip()
            if text and name in self._open:
                self._settle(name, not is_number(text))
            if name in self._categories:
                if self._finds_out and text and text not in self._texts and is_number(text):
                    before = f"{shown(text)} is a number, and text before it; {self._advice}"
                    raise InputError(f"{file}, line {line}, column {place} ({name[:LONGEST]}): {before}")
                self._columns[name].append(self._texts.setdefault(text, text))
                continue
            try:
                self._columns[name].append(as_number(text, self._advice))
            except ValueError as error:
                fault = f"{shown(text)} is {error}"
                raise InputError(f"{file}, line {line}, column {place} ({name[:LONGEST]}): {fault}") from None
        self._labels.append(self._code(label))
