"""The lines and records of a file of CSV in UTF-8, gzipped or not, with the numbers of lines."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedReader, TextIOWrapper
from itertools import chain

from byoc.channels.delimited import formats
from byoc.channels.delimited.unmarked import BLOCK, Unmarked
from byoc.errors import InputError

GZIP = b"\x1f\x8b"
LOOKED_AT = 20  # lines, for their delimiter
DOUBLE_IT = 'a quote in a text is written twice ("") in a quoted cell'

Row = tuple[int, Sequence[str]]  # the line on which it begins, and its cells


class _End(Exception):
    """All lines were read."""


def _end() -> Iterator[str]:
    raise _End
    yield


def rows(name: str, content: BufferedReader) -> Iterator[Row]:
    """The rows, but for empty lines. Raises InputError, naming file and line, for what is no CSV in UTF-8.

    A byte-order mark may begin any line, as files are joined by pipes and by `cat`.
    """
    first: list[str] = []
    reader, done = None, 0
    try:
        lines = _lines(name, content)
        while len(first) < LOOKED_AT and (line := next(lines, None)) is not None:
            first.append(line)
        formats.refuse_lines(name, first)
        width = max((len(cells) for cells in csv.reader(first[:1])), default=0)
        reader = csv.reader(chain(first, lines, _end()), skipinitialspace=True)
        for cells in reader:  # a million rows come through here
            ends = reader.line_num
            if ends > done + 1:
                _refuse_swallowed(name, done + 1, ends, cells, width)
            if cells:
                yield done + 1, cells
            done = ends
    except _End:
        if reader.line_num > done:
            raise InputError(f"{name}, line {done + 1}: a quote opens a cell that never closes; {DOUBLE_IT}") from None
    except UnicodeDecodeError as error:
        read = reader.line_num if reader else len(first)
        bad = read + 1 + error.object[: error.start].count(b"\n")
        raise InputError(
            f"{name}, line {bad}: not CSV in UTF-8: byte 0x{error.object[error.start]:02x}; convert it, for example by "
            "iconv -f WINDOWS-1252 -t UTF-8"
        ) from None
    except csv.Error as error:
        raise InputError(f"{name}, line {done + 1}: not CSV: {error}; is a quote open? {DOUBLE_IT}") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{name}: begins as gzip, but cannot be unpacked: {error}") from None


def _lines(name: str, content: BufferedReader) -> TextIOWrapper:
    packed = content.peek(len(GZIP)).startswith(GZIP)
    unpacked = BufferedReader(gzip.GzipFile(fileobj=content)) if packed else content
    formats.refuse_bytes(name, unpacked.peek(formats.LOOKED_AT)[: formats.LOOKED_AT])
    return TextIOWrapper(BufferedReader(Unmarked(unpacked), BLOCK), encoding="utf-8", newline="")


def _refuse_swallowed(name: str, begins: int, ends: int, cells: Sequence[str], width: int) -> None:
    """Raise InputError if a quoted cell of several lines holds what look like rows: a quote too many opened it."""
    for place, cell in enumerate(cells):
        inner = cell.splitlines()[1:-1]
        if len(inner) >= (1 if width > 2 else 3) and all(line.count(",") == width - 1 for line in inner):
            opened = begins + sum(before.count("\n") for before in cells[:place])
            raise InputError(
                f"{name}, line {opened}: a quote opens a cell that closes only on line {ends}, with rows in it; "
                f"{DOUBLE_IT}"
            )
