"""Reads RecordIO, which frames S3 objects in Pipe mode if RecordWrapperType asks for it (T-23).

A part is the number MAGIC, a number whose lower 29 bits are the part's length and whose upper 3 bits say whether more
parts of the same record follow, the content, and zeros up to a multiple of 4 bytes. Numbers are little-endian uint32.
https://mxnet.apache.org/api/architecture/note_data_loading#data-format
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from byoc.errors import InputError

MAGIC = 0xCED7230A
HEADER = struct.Struct("<II")
FIRST, MIDDLE = 1, 2  # parts that another follows; 0 is a whole record, 3 the last part


def records(name: str, content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Each record's name, which is `name` and its number from 1, and what is in it: the content of one S3 object.

    Parts are joined with nothing between them, as in SageMaker's TensorFlow extensions. Raises InputError for
    anything else than RecordIO.
    """
    number = 1
    while start := content.read(HEADER.size):
        place = f"{name}, record {number}"
        kind, part = _part(start, content, place)
        parts = [part]
        while kind in (FIRST, MIDDLE):
            kind, part = _part(content.read(HEADER.size), content, place)
            parts.append(part)
        yield place, b"".join(parts)
        number += 1


def _part(header: bytes, content: BinaryIO, place: str) -> tuple[int, bytes]:
    magic, kind_and_length = HEADER.unpack(header.ljust(HEADER.size, b"\0"))
    if len(header) == HEADER.size and magic != MAGIC:
        raise InputError(f"{place}: not RecordIO: begins with 0x{magic:08x}, not 0x{MAGIC:08x}; see RecordWrapperType")
    kind, length = kind_and_length >> 29, kind_and_length & (1 << 29) - 1
    padding = -length % 4
    part = content.read(length + padding)
    if len(header) < HEADER.size or len(part) < length + padding:
        raise InputError(f"{place}: RecordIO ends in the middle of the record")
    return kind, part[:length]
