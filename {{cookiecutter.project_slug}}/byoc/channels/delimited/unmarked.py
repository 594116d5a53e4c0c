"""Bytes of text without the byte-order marks that begin its lines, as files are joined by pipes and by `cat`."""

import re
from io import BufferedIOBase, RawIOBase

MARK = b"\xef\xbb\xbf"
AT_LINE = b"\n" + MARK
AT_LINES = re.compile(b"\n(?:" + MARK + b")+")  # a program that marks what is marked writes two
BLOCK = 1 << 16


class Unmarked(RawIOBase):
    def __init__(self, content: BufferedIOBase):
        self._content = content
        self._held = b"\n"  # what may be the beginning of AT_LINE, and the line end before the first line
        self._started = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        given = b""
        while not given:
            block = self._content.read1(len(buffer) - len(AT_LINE))
            found = self._held + block
            if MARK[:1] in found:  # a search for one byte is many times faster
                found = AT_LINES.sub(b"\n", found)
            keep = next((n for n in (3, 2, 1) if found.endswith(AT_LINE[:n])), 0) if block else 0
            given, self._held = found[: len(found) - keep], found[len(found) - keep :]
            if not self._started and given:
                given, self._started = given[1:], True
            if not block:
                break
        buffer[: len(given)] = given
        return len(given)
