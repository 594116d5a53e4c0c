"""Reads rows of a label, numbers and categories, with missing values, from Parquet and CSV."""

import io
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

import numpy as np

from byoc import records
from byoc.channels import parquet, precision
from byoc.channels.chosen import ChosenColumns
from byoc.channels.delimited import formats, table
from byoc.channels.labelled import LabelledRows
from byoc.channels.parsing import NO_LABEL, PERHAPS_NONE, as_number, is_number, written_otherwise
from byoc.channels.precision import EVERY_WHOLE
from byoc.channels.text_columns import NAME_IT, Mixed, Texts, tell_missing, tell_written_otherwise
from byoc.errors import LONGEST, InputError, listed, shown
from byoc.signature import NUMBER, TEXT, Feature

LEAVE_EMPTY = "if it stands for a missing value, leave the cell empty"


class LabelledRecords(LabelledRows):
    """What was read so far, a column for each feature. Each category is kept as text only once."""

    def __init__(
        self,
        chosen: ChosenColumns,
        categories: Collection[str] | None,
        advice: str = NAME_IT,
        trained: Collection[str] | None = None,
        meaning: Callable[[str], str] = records.category,
    ) -> None:
        """`categories` names the columns that hold text; without it, a column's first value says whether it does.

        What does not go with that is refused with the `advice`, once all that is so was found. `trained` are the
        columns that there must be, if training has said so; `meaning` gives the one text of all that are equal.
        """
        super().__init__(chosen)
        self._headed: bool | None = None  # whether the first file has a header
        self._trained_names, self._meaning = trained, meaning
        self._categories, self._mixed = set(categories or ()), Mixed(advice)
        self._finds_out = categories is None
        self._open: set[str] = set()  # the columns that it has to find out about and that have no value yet
        self._columns: dict[str, array | list[str]] = {}
        self._texts: dict[str, Texts] = {}
        self._gaps: dict[str, set[str]] = {}  # of columns of numbers

    @property
    def headed(self) -> bool:
        return self._headed is not False

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the records (n) of byoc/records.py.

        Their dtype tells the columns; each number is float32 already, as the model is going to see it. Raises
        InputError for a column that holds both.
        """
        self._mixed.check(self.names, self._categories, self._chosen)
        features = [Feature(name, TEXT if name in self._categories else NUMBER, 0, True) for name in self.names]
        rows = np.empty(len(self), records.dtype(features))
        for name in self.names:
            column = self._columns.pop(name)
            if name not in self._categories:
                column = precision.served(np.frombuffer(column).reshape(-1, 1), [f"column {shown(name)}"])[:, 0]
            rows[name] = column
        self._rounded.tell(self._chosen, or_as_text=self._finds_out or bool(self._categories))
        if self._finds_out:
            tell_written_otherwise(self._texts)
        gaps = self._gaps | {name: texts.missing() for name, texts in self._texts.items()}
        tell_missing({name: gaps[name] for name in self.names})
        return self._labels.array(), rows

    def columns(self, features: np.ndarray) -> Iterable[tuple[str, np.ndarray]]:
        """Documents are no names of rows, although each is another."""
        names = self.names if self._meaning is records.category else [n for n in self.names if n not in self._texts]
        return ((f"column {shown(name)}", features[name]) for name in names)

    def _read_csv(self, name: str, content: io.BufferedReader) -> None:
        found = table.read(name, content, self._chosen, self._categories, self._headed)
        if not found:
            return
        self._headed = bool(found.names) if self._headed is None else self._headed
        names = found.names[1:] or [f"feature_{number}" for number in range(1, len(found.places))]
        self._named(names, found.place)
        self.target = found.places[0]
        self._labels.place = lambda: f"{name}, line {line}"
        for line, cells in found.rows:
            self._add_row(cells, names, name, line, found.places)

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        self._labels.place = lambda: name
        known = None if self._finds_out else self._categories
        for different, places, names, columns in parquet.record_batches(
            name, content, self._chosen, known, self._rounded
        ):
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
                self._mixed.add(title, f"{name}: column {shown(title)} holds {kinds[1]}{before}")
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

    def _named(self, cells: Sequence[str], place: str) -> list[str]:
        """The columns' names, which in every file are those of the first, in any order."""
        names = [cell.strip() for cell in cells]
        if not names or not all(names) or len(set(names)) < len(names):
            raise InputError(f"{place}: {listed(names)}: after the label, every column needs a name of its own")
        if self._trained_names and set(names) != set(self._trained_names):
            raise InputError(f"{place}: {_difference(names, self._trained_names)}")
        if not self.names:
            unknown = sorted(set(self._categories) - set(names))
            if unknown:
                raise InputError(
                    f"{place}: there is no column {shown(unknown[0])} among {listed(names)}, "
                    "but by the hyperparameter categories, or by the model, it holds text"
                )
            self.names = names
            self._columns = {name: [] if name in self._categories else array("d") for name in names}
            self._texts = {name: Texts(meaning=self._meaning) for name in self._categories}
            self._gaps = {name: set() for name in names}
            self._open = set(names) if self._finds_out else set()
        elif set(names) != set(self.names):
            raise InputError(f"{place}: the columns {listed(names)}, but before it {listed(self.names)}")
        return names

    def _add_row(self, cells: Sequence[str], names: list[str], file: str, line: int, places: Sequence[int]) -> None:
        label = cells[0].strip()
        if not label:
            raise InputError(f"{file}, line {line}, column {places[0]}: {NO_LABEL}")
        if len(cells) != len(names) + 1:
            if formats.in_quotes(cells):
                raise InputError(f"{file}, line {line}: the row {formats.QUOTED}")
            found, needed = len(cells) - 1, len(names)
            raise InputError(f"{file}, line {line}: {found} features, but there are {needed}: {listed(names)}")
        for column, name, cell in zip(places[1:], names, cells[1:], strict=True):
            text = cell.strip()
            if text and name in self._open and text not in records.NO_VALUE:
                self._settle(name, not is_number(text), _place(file, line, column, name))
            if name in self._categories:
                texts = self._texts[name]
                if self._finds_out and text not in texts and is_number(text) and text not in records.NO_VALUE:
                    self._mix(name, texts, text, _place(file, line, column, name))
                self._columns[name].append(texts[text])
                continue
            try:
                number = as_number(text)
            except ValueError as error:
                self._misfit(name, text, _place(file, line, column, name), error)
                number = records.NAN
            if not -EVERY_WHOLE < number < EVERY_WHOLE:
                if number == number:
                    self._rounded.look_at(name, text, number, partial(_place, file, line, column, name))
                elif text:
                    self._gaps[name].add(text)
            self._columns[name].append(number)
        self._labels.add(label)

    def _mix(self, name: str, texts: Texts, number: str, place: str) -> None:
        """A number in a column of texts."""
        if gap := texts.gap:
            raise InputError(f"{texts.first}: {gap!r} is not a number, as there is below; {LEAVE_EMPTY}")
        if of_numbers := texts.written_otherwise():
            text, plain = of_numbers
            fault = f"{texts.first}: {shown(text)} is not a number, as there are below: write {plain}"
        else:
            fault = f"{place}: {shown(number)} is a number, and text before it"
        self._mixed.add(name, fault)

    def _misfit(self, name: str, text: str, place: str, error: ValueError) -> None:
        """No number in a column of numbers."""
        fault = f"{place}: {shown(text)} is {error}"
        if text in PERHAPS_NONE:
            raise InputError(f"{fault}; {LEAVE_EMPTY}")
        if is_number(text):
            raise InputError(fault)
        plain = written_otherwise(text)
        self._mixed.add(name, f"{fault}: write {plain}" if plain else fault)


def _place(file: str, line: int, column: int, name: str) -> str:
    return f"{file}, line {line}, column {column} ({name[:LONGEST]})"


def _difference(names: Sequence[str], trained: Collection[str]) -> str:
    """What differs from the columns that training has."""
    if lacking := sorted(set(trained) - set(names)):
        return f"there is no column {shown(lacking[0])}, which training has; the columns are {listed(names)}"
    return f"column {shown(min(set(names) - set(trained)))} is none of those that training has: {listed([*trained])}"
