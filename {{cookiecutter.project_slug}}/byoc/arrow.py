"""Columns as pyarrow reads them from Parquet: which kind of values they hold, and their texts.

Nothing here imports pyarrow before it is used: it takes a quarter of a second and 60 MB, and may not be installed.
"""

from typing import Any

import numpy as np


def kind(column: Any) -> Any:
    """The type of a column's values, which may be held as places in a dictionary."""
    import pyarrow

    return column.type.value_type if pyarrow.types.is_dictionary(column.type) else column.type


def plain(column: Any) -> Any:
    """The column without a dictionary."""
    return column if column.type == kind(column) else column.cast(kind(column))


def is_number(kind: Any) -> bool:
    import pyarrow

    return pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind)


def is_boolean(kind: Any) -> bool:
    import pyarrow

    return pyarrow.types.is_boolean(kind)


def is_text(kind: Any) -> bool:
    """Whether its values are words, such as true and false, or all of them are missing."""
    import pyarrow

    is_string = pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)
    return is_string or is_boolean(kind) or pyarrow.types.is_null(kind)


def texts(column: Any) -> np.ndarray:
    """Texts without blanks around them, "" for null; each is made once, however often it comes."""
    import pyarrow

    encoded = plain(column).cast(pyarrow.string()).dictionary_encode()
    different = np.array([text.strip() for text in encoded.dictionary.to_pylist()] + [""], dtype=object)
    return different[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
