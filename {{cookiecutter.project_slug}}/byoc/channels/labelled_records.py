"""Reads rows of a label, numbers and categories, with missing values, from Parquet and CSV."""

import csv
import io
from array import array
from collections.abc import Callable, Collection, Sequence
from typing import BinaryIO

import numpy as np

from byoc import records
from byoc.channels import parquet, precision
from byoc.channels.labelled import LabelledRows
from byoc.channels.parsing import MOST_SHOWN, PERHAPS_NONE, as_number, is_number, is_value
from byoc.channels.text_columns import MOST_NAMED, NAME_IT, Mixed, Texts, tell_missing
from byoc.errors import InputError
from byoc.signature import NUMBER, TEXT, Feature

LEAVE_EMPTY = "if it stands for a missing value, leave the cell empty"


class LabelledRecords(LabelledRows):
    """What was read so far, a column for each feature. Each category is kept as text only once."""

    def __init__(
        self,
        categories: Collection[str] | None,
        advice: str = NAME_IT,
        trained: Collection[str] | None = None,
        meaning: Callable[[str], str] = records.category,
    ) -> None:
        """`categories` names the columns that hold text; without it, a column's first value says whether it does.

        What does not go with that is refused with the `advice`, once all that is so was found. `trained` are the
        columns that there must be, if training has said so; `meaning` gives the one text of all that are equal.
        """
        super().__init__()
        self._trained_names, self._meaning = trained, meaning
        self._categories, self._mixed = set(categories or ()), Mixed(advice)
        self._finds_out = categories is None
        self._open: set[str] = set()  # the columns that it has to find out about and that have no value yet
        self._names: list[str] = []
        self._columns: dict[str, array | list[str]] = {}
        self._texts: dict[str, Texts] = {}
        self._gaps: dict[str, set[str]] = {}  # of columns of numbers

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the records (n) of byoc/records.py.

        Their dtype tells the columns; each number is float32 already, as the model is going to see it. Raises
        InputError for a column that holds both.
        """
        self._mixed.check(self._names, self._categories)
        features = [Feature(name, TEXT if name in self._categories else NUMBER, 0, True) for name in self._names]
        rows = np.empty(len(self), records.dtype(features))
        for name in self._names:
            column = self._columns.pop(name)
            if name not in self._categories:
                column = precision.served(np.frombuffer(column).reshape(-1, 1), [f"column {name!r}"])[:, 0]
            rows[name] = column
        gaps = self._gaps | {name: texts.missing() for name, texts in self._texts.items()}
        tell_missing({name: gaps[name] for name in self._names})
        return self._labels.array(), rows

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
        self._labels.place = lambda: name
        known = None if self._finds_out else self._categories
        for different, places, names, columns in parquet.record_batches(name, content, known):
            self._named(names, name)
            for title, values in zip(names, columns, strict=True):
                self._add_values(title, values, name)
            self._labels.add_all([label.strip() for label in different], places)

    def _add_values(self, title: str, values: np.ndarray, name: str) -> None:
        is_text, empty = records.is_text(values.dtype), bool(records.missing(values).all())
        if title in self._open and not empty:
            self._settle(title, is_text, name)
        if is_text != (title in self._categories):
            if not empty:
                kinds = ("numbers", "text") if is_text else ("text", "numbers")
                before = f", and {kinds[0]} before it" if self._columns[title] else f", not {kinds[0]}"
                self._mixed.add(title, f"{name}: column {title!r} holds {kinds[1]}{before}")
            values = np.full(len(values), np.nan) if is_text else np.full(len(values), "", object)
        if title in self._categories:
            texts = self._texts[title]
            self._columns[title].extend([texts[text] for text in values.tolist()])
        else:
            self._columns[title].frombytes(values.tobytes())

    def _settle(self, name: str, is_text: bool, place: str) -> None:
        """Say what a column holds, of which every value so far is missing."""
        self._open.discard(name)
        if is_text:
            self._categories.add(name)
            self._texts[name] = Texts(place)
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
        if self._trained_names and set(names) != set(self._trained_names):
            raise InputError(f"{place}: {_difference(names, self._trained_names)}")
        if not self._names:
            unknown = sorted(set(self._categories) - set(names))
            if unknown:
                raise InputError(
                    f"{place}: there is no column {unknown[0]!r} among {_shown(names)}, "
                    "but by the hyperparameter categories, or by the model, it holds text"
                )
            self._names = names
            self._columns = {name: [] if name in self._categories else array("d") for name in names}
            self._texts = {name: Texts(meaning=self._meaning) for name in self._categories}
            self._gaps = {name: set() for name in names}
            self._open = set(names) if self._finds_out else set()
        elif set(names) != set(self._names):
            raise InputError(f"{place}: the columns {_shown(names)}, but before it {_shown(self._names)}")
        return names

    def _add_row(self, cells: list[str], names: list[str], place: str) -> None:
        label = cells[0].strip()
        if not label:
            raise InputError(f"{place}, column 1: the label is missing")
        if len(cells) != len(names) + 1:
            raise InputError(f"{place}: {len(cells) - 1} features, but there are {len(names)}: {_shown(names)}")
        for column, (name, cell) in enumerate(zip(names, cells[1:], strict=True), start=2):
            text = cell.strip()
            if text and name in self._open and text not in records.NO_VALUE:
                self._settle(name, not is_number(text), f"{place}, column {column} ({name})")
            if name in self._categories:
                texts = self._texts[name]
                if self._finds_out and text not in texts and is_number(text) and text not in records.NO_VALUE:
                    self._mix(name, texts, text, f"{place}, column {column} ({name})")
                self._columns[name].append(texts[text])
                continue
            try:
                number = as_number(text)
            except ValueError as error:
                self._misfit(name, text, f"{place}, column {column} ({name})", error)
                number = records.NAN
            if number != number and text:
                self._gaps[name].add(text)
            self._columns[name].append(number)
        self._labels.add(label)

    def _mix(self, name: str, texts: Texts, number: str, place: str) -> None:
        """A number in a column of texts."""
        if gap := texts.gap:
            raise InputError(f"{texts.first}: {gap!r} is not a number, as there is below; {LEAVE_EMPTY}")
        self._mixed.add(name, f"{place}: {number!r} is a number, and text before it")

    def _misfit(self, name: str, text: str, place: str, error: ValueError) -> None:
        """No number in a column of numbers."""
        fault = f"{place}: {text[:MOST_SHOWN]!r} is {error}"
        if text in PERHAPS_NONE:
            raise InputError(f"{fault}; {LEAVE_EMPTY}")
        if is_number(text):
            raise InputError(fault)
        self._mixed.add(name, fault)


def _difference(names: Sequence[str], trained: Collection[str]) -> str:
    """What differs from the columns that training has."""
    if lacking := sorted(set(trained) - set(names)):
        return f"there is no column {lacking[0]!r}, which training has; the columns are {_shown(names)}"
    return f"column {min(set(names) - set(trained))!r} is none of those that training has: {_shown(list(trained))}"


def _shown(names: Sequence[str]) -> str:
    """Of very many only the first."""
    more = f", … ({len(names)} in all)" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
