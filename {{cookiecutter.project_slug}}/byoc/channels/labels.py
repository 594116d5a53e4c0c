"""The labels of a channel's rows, each kept as text once: numbers that are equal are one label, however written."""

from array import array
from collections.abc import Callable, Sequence
from math import isinf

import numpy as np

from byoc import notices
from byoc.channels.parsing import NOT_FINITE, PERHAPS_NONE, is_number
from byoc.errors import InputError
from byoc.records import NO_VALUE, of_number, one_spelling


class Labels:
    """A label for each row so far. `place` tells where the row that is being read is."""

    def __init__(self) -> None:
        self.place: Callable[[], str] = str
        self._codes: dict[str, int] = {}  # by every spelling that was met
        self._respelled: dict[str, int] = {}  # by the text of those that are spelled otherwise, as 1 for 1.0
        self._texts: list[str] = []
        self._gaps: dict[str, str] = {}  # what may stand for a missing label, and where it first did
        self._infinite: tuple[str, str] | None = None  # the first such label, and its place
        self._rows = array("q")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, label: str) -> None:
        code = self._codes.get(label)
        self._rows.append(self._new(label) if code is None else code)

    def add_all(self, different: Sequence[str], places: np.ndarray) -> None:
        """A label for each of the `places` in those that are different."""
        codes = [self._codes[label] if label in self._codes else self._new(label) for label in different]
        self._rows.frombytes(np.array(codes, dtype=np.int64)[places].tobytes())

    def array(self) -> np.ndarray:
        """int64 (n) if all are plain whole numbers, else str; raises InputError if all are numbers but for gaps."""
        self._check_infinite()
        self._check_gaps()
        spelled = one_spelling(self._texts)
        return as_labels([spelled.get(text, text) for text in self._texts])[np.frombuffer(self._rows, np.int64)]

    def _new(self, label: str) -> int:
        text = of_number(label)
        code = self._codes.get(text, self._respelled.get(text))
        if code is None:
            code = len(self._texts)
            self._texts.append(text)
        else:
            notices.warn(f"the labels {label!r} and {text!r} are the same number, and so one label")
        if text != label:
            self._respelled[text] = code
        self._codes[label] = code
        if not self._infinite and is_number(label) and isinf(float(label)):
            self._infinite = label, self.place()
        if label in NO_VALUE or label in PERHAPS_NONE:
            self._gaps[label] = self.place()
        return code

    def _check_infinite(self) -> None:
        """Raise InputError for infinity among numbers; among words it may be one."""
        if self._infinite and all(map(is_number, self._texts)):
            label, place = self._infinite
            raise InputError(f"{place}: the label {label!r} is {NOT_FINITE}; leave such rows out, or put a number")

    def _check_gaps(self) -> None:
        if not self._gaps:
            return
        others = [text for text in self._texts if text not in self._gaps]
        label, place = next(iter(self._gaps.items()))
        if others and all(map(is_number, others)):
            raise InputError(f"{place}: the label {label!r} is a missing value among numbers; leave such rows out")
        notices.warn(f"{place}: {label!r} is learnt as a label; if it stands for a missing one, leave such rows out")


def as_labels(labels: list[str]) -> np.ndarray:
    """int64 if all are plain whole numbers, else str."""
    try:
        numbers = np.array([int(label) for label in labels], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.array(labels)
    return numbers if numbers.astype(str).tolist() == labels else np.array(labels)  # int() would take 007 for 7
