"""Reads rows of a label and numbers from CSV and Parquet into arrays, at some eight bytes a value."""

import io
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from math import isfinite

import numpy as np

from byoc.channels import parquet, precision
from byoc.channels.chosen import ChosenColumns
from byoc.channels.delimited import formats, table
from byoc.channels.delimited.lines import Row
from byoc.channels.delimited.table import Table
from byoc.channels.labels import Labels
from byoc.channels.parsing import NO_LABEL, NONE_MISSING, NOT_FINITE, PERHAPS_NONE, is_number, number, written_otherwise
from byoc.channels.text_columns import ENCODE_IT, advised, of_texts
from byoc.errors import InputError, listed, shown
from byoc.records import BOOLEANS, LARGEST, NO_VALUE

NO_NUMBER = "is not a number"
LOOKED_AT = 1_000_000  # cells, for columns of text
AT_ONCE = 500  # rows, as each alone takes longer


class LabelledRows:
    """What was read so far. Each label is kept as text only once, and the features never are."""

    def __init__(self, chosen: ChosenColumns, trained: int = 0) -> None:
        """`trained` is how many features a row must have, if training has said so."""
        self._chosen = chosen
        self.names: list[str] = []  # of the features, if a file gives them
        self.target = 1  # where the label is in a row of the first file
        self._places: list[int] = []  # where the label and the features are in a row of the last file, from 1
        self._labels = Labels()
        self._features = array("d")
        self._width = self._trained = trained
        self._rounded = precision.Rounded()

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

    @property
    def headed(self) -> bool:
        """Whether the columns have names in the files."""
        return bool(self.names)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels (n, int64 if all are plain whole numbers, else str) and the features (n × m, float32)."""
        features = np.frombuffer(self._features).reshape(len(self), self._width)
        self._rounded.tell(self._chosen, or_as_text=False)
        return self._labels.array(), precision.served(features, self._titles())

    def columns(self, features: np.ndarray) -> Iterable[tuple[str, np.ndarray]]:
        """What a message calls each column of some features, and the column."""
        return zip(self._titles(), features.T, strict=True)

    def _titles(self) -> list[str]:
        places = self._places[1:] or range(2, self._width + 2)
        return [f"column {shown(name)}" for name in self.names] or [f"column {place}" for place in places]

    def _read_csv(self, name: str, content: io.BufferedReader) -> None:
        """A header is read where columns are chosen, as they are by name."""
        found = table.read(name, content, self._chosen, headed=None if self._chosen.given else False)
        if not found:
            return
        self._named(found.names[1:], found.place)
        self._width = self._width or len(self.names)
        self._places = found.places
        self.target = found.places[0]
        lines = array("q")  # of the rows
        while some := list(islice(found.rows, AT_ONCE)):
            if not self._add(name, some):  # find out which
                bad = next(place for place, row in enumerate(some) if not self._add(name, [row]))
                line, cells = some[bad]
                fault = _fault(cells, found.places, self._width, self._trained)
                below = chain((more for _, more in some[bad + 1 :]), (more for _, more in found.rows))
                way_out = self._no_text(cells, below, found) if fault.endswith(NO_NUMBER) else ""
                raise InputError(f"{name}, line {line}{fault}{way_out}")
            lines.extend(line for line, _ in some)
        self._check_size(name, "line", lines)

    def _no_text(self, cells: Sequence[str], below: Iterator[Sequence[str]], found: Table) -> str:
        """What to do about text in a row, and perhaps in others below."""
        if not self._chosen.given:
            return "; a row is a label and then numbers, without header; with one, name the label's column as target"
        some = islice(below, LOOKED_AT // len(cells))
        columns = [column for column in of_texts([cells, *some]) if column]
        named = [(found.names or found.places)[column] for column in columns]
        return f"; {advised(ENCODE_IT, named, self._chosen)}"

    def _named(self, names: list[str], place: str) -> None:
        """The features' names, which are the same in every file that has any."""
        if len(set(names)) < len(names):
            raise InputError(f"{place}: {listed(names)}: after the label, every column needs a name of its own")
        if names and self.names and names != self.names:
            raise InputError(f"{place}: the columns {listed(names)}, but before it {listed(self.names)}")
        self.names = self.names or names

    def _read_parquet(self, name: str, content: io.BufferedReader) -> None:
        self._labels.place = lambda: name
        first = 1
        for names, labels, places, features in parquet.batches(name, content, self._chosen, self._rounded):
            count = features.shape[1]
            if count != (self._width or count):
                raise InputError(f"{name}: {_other_width(count, self._width, self._trained)}")
            self._width = count
            self._named(names, name)
            self._labels.add_all([label.strip() for label in labels], places)
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
            title = self._titles()[column]
            raise InputError(f"{name}, {unit} {places[row]}, {title}: {value!r} is {NOT_FINITE}")

    def _add(self, name: str, rows: Sequence[Row]) -> bool:
        """Add rows of a file, or none if any has a fault. Millions come through here, so faults are explained apart."""
        width = self._width or len(rows[0][1]) - 1
        texts = list(chain.from_iterable(cells[1:] for _, cells in rows))
        labels = [cells[0].strip() for _, cells in rows]
        joined = "".join(texts)
        parse = number if "_" in joined or not joined.isascii() else float  # which takes both in numbers
        try:
            features = array("d", map(parse, texts))
        except ValueError:
            return False
        if not width or not all(labels) or any(len(cells) != width + 1 for _, cells in rows):
            return False
        largest = np.abs(np.frombuffer(features)).max()
        if not isfinite(largest):
            return False
        self._width = width
        if largest >= precision.EVERY_WHOLE:
            self._look_at(name, rows, features)
        self._features.extend(features)
        self._labels.place = lambda: f"{name}, line {line}"
        for (line, _), label in zip(rows, labels, strict=True):  # noqa: B007  # `place` tells of it
            self._labels.add(label)
        return True

    def _look_at(self, name: str, rows: Sequence[Row], features: Sequence[float]) -> None:
        """Note what was rounded in rows with numbers as large as that."""
        columns = self.names or self._places[1:]
        for place in np.flatnonzero(np.abs(np.frombuffer(features)) >= precision.EVERY_WHOLE).tolist():
            row, column = divmod(place, self._width)
            line, cells = rows[row]
            where = partial("{}, line {}, column {}".format, name, line, self._places[column + 1])
            self._rounded.look_at(columns[column], cells[column + 1], features[place], where)


def _fault(cells: Sequence[str], places: Sequence[int], width: int, trained: int) -> str:
    """What is wrong with a row, to follow its place.

    `places` are those of the columns in the file, `width` is how many features it ought to have, or 0.
    """
    count = len(cells) - 1
    if formats.in_quotes(cells):
        return f": the row {formats.QUOTED}"
    if count == 0:
        return ": a row needs a label and at least one feature"
    if trained and count != trained:
        return f": {_other_width(count, width, trained)}"
    for column, cell in zip(places[1:], cells[1:], strict=False):
        text = cell.strip()
        if not text or text in NO_VALUE or text in PERHAPS_NONE:
            return f", column {column}: {text!r}: {NONE_MISSING}"
        if text in BOOLEANS:
            return f", column {column}: {text!r} is not a number; write 1 for True and 0 for False"
        if plain := written_otherwise(text):
            return f", column {column}: {shown(text)} {NO_NUMBER}: write {plain}"
        if not is_number(text):
            return f", column {column}: {shown(text)} {NO_NUMBER}"
        if not isfinite(float(text)):
            return f", column {column}: {shown(text)} is {NOT_FINITE}"
    if not cells[0].strip():
        return f", column {places[0]}: {NO_LABEL}"
    return f": {_other_width(count, width, trained)}"


def _other_width(count: int, width: int, trained: int) -> str:
    return f"{count} features, but {'training has' if trained else 'the rows before it have'} {width}"
