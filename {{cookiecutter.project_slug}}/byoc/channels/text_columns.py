"""The columns of text in rows of a label, numbers and categories: their texts, and what else they hold by mistake."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice

from byoc import notices
from byoc.channels.chosen import ChosenColumns, Column
from byoc.channels.parsing import PERHAPS_NONE, is_number, written_otherwise
from byoc.errors import InputError, listed, shown
from byoc.records import NO_VALUE, category

ENCODE_IT = "no text is learnt from here: encode the columns {columns} as numbers, or set the hyperparameter {ignore}"
NAME_IT = "if the column holds text, set the hyperparameter categories to {columns}, all that do"
MOST_NAMED = 50
SOME = 1000  # different texts of a column tell what they are


class Texts(dict[str, str]):
    """The different texts of one column, by every spelling that was met: what is equal is the same text, kept once."""

    def __init__(self, first: str = "", meaning: Callable[[str], str] = category) -> None:
        """`first` is the place of the first of them; `meaning` gives the one text of all that are equal."""
        super().__init__({"": ""})
        self.first, self._meaning = first, meaning

    def __missing__(self, text: str) -> str:
        found = self._meaning(text)
        self[text] = found = self.setdefault(found, found)  # the very same object
        return found

    @property
    def gap(self) -> str | None:
        """What may stand for a missing value, if there is nothing else so far."""
        texts = self.keys() - NO_VALUE - {""}
        return min(texts) if texts and texts <= PERHAPS_NONE else None

    def written_otherwise(self) -> tuple[str, str] | None:
        """A text that stands for a number, such as 1,234 and 5%, and that number, if nearly all texts do."""
        texts = [text for text in islice(self, SOME) if text and text not in NO_VALUE and text not in PERHAPS_NONE]
        found = [(text, plain) for text in texts if (plain := written_otherwise(text))]
        return found[0] if found and len(found) * 5 >= len(texts) * 4 else None

    def missing(self) -> set[str]:
        """What was taken for a missing value, but for an empty cell."""
        return {text for text in self.keys() & NO_VALUE if not self[text]}


class Mixed:
    """Columns that hold numbers and text, and where that was seen first: told together, so that the advice is whole."""

    def __init__(self, advice: str) -> None:
        self._advice = advice
        self._faults: dict[str, str] = {}

    def add(self, column: str, fault: str) -> None:
        self._faults.setdefault(column, fault)

    def check(self, names: Iterable[str], texts: Collection[str], chosen: ChosenColumns) -> None:
        """Raise InputError if there are any; `texts` are the columns that are known to hold text."""
        if self._faults:
            every = [name for name in names if name in texts or name in self._faults]
            raise InputError(f"{next(iter(self._faults.values()))}; {advised(self._advice, every, chosen)}")


def advised(advice: str, columns: Sequence[Column], chosen: ChosenColumns) -> str:
    """The advice, with the names or places of all columns of text where it has a place for them.

    And with the hyperparameter that leaves them out beside those that are left out already.
    """
    more = f" and {len(columns) - MOST_NAMED} more" if len(columns) > MOST_NAMED else ""
    every = json.dumps(columns[:MOST_NAMED], ensure_ascii=False) + more
    return advice.replace("{columns}", every).replace("{ignore}", chosen.ignoring(*columns[:MOST_NAMED]) + more)


def of_texts(rows: Iterable[Sequence[str]]) -> list[int]:
    """Which columns, from 0, hold text in any of the rows."""
    found: set[int] = set()
    for cells in rows:
        for column, cell in enumerate(cells):
            if column not in found and _is_text(cell.strip()):
                found.add(column)
    return sorted(found)


def _is_text(cell: str) -> bool:
    return bool(cell) and cell not in NO_VALUE and cell not in PERHAPS_NONE and not is_number(cell)


def tell_written_otherwise(columns: Mapping[str, Texts]) -> None:
    """Warn once of columns that are taken for text as their numbers are written as a person would."""
    found = {name: texts.written_otherwise() for name, texts in columns.items()}
    told = [f"{shown(name)}, with {shown(each[0])} for {each[1]}" for name, each in found.items() if each]
    if told:
        notices.warn(
            f"columns of numbers that are written otherwise are learnt as text: {listed(told)}; write plain numbers, "
            "or name the columns in the hyperparameter categories if text is meant"
        )


def tell_missing(gaps: dict[str, Collection[str]]) -> None:
    """Say once what was taken for a missing value (`gaps` by column), and in which columns."""
    if found := {column: tokens for column, tokens in gaps.items() if tokens}:
        tokens = ", ".join(sorted(set().union(*found.values())))
        columns = ", ".join(list(found)[:MOST_NAMED]) + (" and more" if len(found) > MOST_NAMED else "")
        notices.warn(f"{tokens} counts as a missing value, as in pandas; it is found in the columns {columns}")
