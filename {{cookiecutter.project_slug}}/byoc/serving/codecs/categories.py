"""The categories of one column in a request, in the spelling that training has left in the signature."""

from math import isfinite, isnan
from typing import Any

import numpy as np

from byoc import records
from byoc.signature import Feature


class Categories:
    """Of one column of text: `1.0` and JSON's 1 are the category `1`, and JSON's true is `True`.

    A model whose categories nobody knows, as of one that was brought, is given texts as they are. `numbers` and
    `booleans` tell whether some category is one: only then can a value that is no text be one of them.
    """

    def __init__(self, feature: Feature):
        self._exact = {known: known for known in feature.categories}
        self._equal = {records.category(known): known for known in feature.categories}
        if feature.categories and feature.missing:
            self._equal.setdefault("", "")  # what stands for a missing value
        self.numbers = any(map(records.is_number, feature.categories))
        self.booleans = any(known in records.BOOLEANS for known in feature.categories)

    def text(self, text: str) -> str:
        """Blanks around it do not count."""
        if text in self._exact:
            return text
        text = text.strip()
        return self._exact.get(text) or self._equal.get(records.category(text), text)

    def value(self, value: Any) -> str:
        """Of JSON; raises ValueError for what is none."""
        if isinstance(value, str):
            return self.text(value)
        of_its_kind = self.booleans if isinstance(value, bool) else self.numbers and isinstance(value, int | float)
        if not of_its_kind:
            raise ValueError
        if isinstance(value, float) and not isfinite(value) and not (isnan(value) and "" in self._equal):
            raise ValueError
        return self.text(repr(value))

    def of_numbers(self, values: np.ndarray) -> np.ndarray:
        """The texts of numbers (rows), each as its own type writes it: 0.1, and not 0.10000000149011612."""
        different, places = np.unique(values, return_inverse=True)
        return np.array([self.text(str(number)) for number in different], object)[places]

    def of_texts(self, values: np.ndarray) -> np.ndarray:
        """The same of texts (rows)."""
        known = {value: self.text(value) for value in set(values.tolist())}
        return np.array([known[value] for value in values.tolist()], object)
