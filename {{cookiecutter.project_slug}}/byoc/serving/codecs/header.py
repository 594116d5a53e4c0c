"""A header: a first line that names the columns, in any order. Case, blanks and `_` in a name do not count.

What looks like one is never taken for a row.
"""

import re
from collections.abc import Sequence

from byoc.channels.parsing import is_number
from byoc.errors import RowError
from byoc.serving.codecs import table

IGNORED = re.compile(r"[^\S\n]+|_")


class Header:
    """What a first line is compared with, looked at once for all requests."""

    def __init__(self, names: Sequence[str]):
        self._names = list(names)
        self._plain = _plain([name.replace("\n", " ") for name in names])
        self._different = set(self._plain)
        self._numerals = set("0123456789-.") - {name[:1] for name in names}

    def order(self, cells: list[str]) -> list[int]:
        """Where each of the names is in a header, or nothing if the cells are a row.

        Raises RowError for what looks like a header, and is none: a name is missing, unknown or there twice.
        """
        if cells and cells[0][:1] in self._numerals:  # as most rows begin, which so cost next to nothing
            return []
        stripped = [cell.strip() for cell in cells]
        if sorted(stripped) == sorted(self._names):
            return [stripped.index(name) for name in self._names]
        found = _plain(stripped)
        known = len(self._different.intersection(found))
        if not known or 2 * known < len(self._names) or any(map(is_number, found)):
            return []
        if sorted(found) == sorted(self._plain) and len(self._different) == len(self._names):
            return [found.index(name) for name in self._plain]
        meant = dict(zip(self._plain, self._names, strict=True))
        fields = [meant.get(plain, cell) for plain, cell in zip(found, stripped, strict=True)]
        fault = table.check_fields(fields, self._names) or "has a name twice"
        raise RowError(1, f"looks like a header, but {fault}; name each once, or send no header")


def _plain(names: Sequence[str]) -> list[str]:
    return IGNORED.sub("", "\n".join(names)).casefold().split("\n")
