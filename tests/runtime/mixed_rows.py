"""Features of numbers and categories, some of which may be missing."""

import numpy as np

from byoc.serving.codecs.records import Record
from byoc.signature import Feature

FEATURES = (Feature("width", "float32", 1.5), Feature("colour", "str", "red", True), Feature("age", "float32", 3, True))
RECORD = Record(FEATURES)
LOOSE = Record([Feature(name, "float32", 1, True) for name in ("width", "age")])


def shown(records: np.ndarray) -> list[tuple]:
    """Rows as tuples; what is missing of numbers is None."""
    return [tuple(None if value != value else value for value in row) for row in records.tolist()]
