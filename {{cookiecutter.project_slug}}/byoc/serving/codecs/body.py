"""A body before it is read as rows: what it is, if not what its content type says, and its byte order marks."""

import re

from byoc.errors import RequestError

PACKED = re.compile(
    rb"(?P<gzip>\x1f\x8b)|(?P<zip>PK\x03\x04)|(?P<bzip2>BZh[1-9]1AY&SY)|(?P<xz>\xfd7zXZ\0)|(?P<zstd>\x28\xb5\x2f\xfd)"
)
WAYS = {
    "gzip": "unpack it, or send it with Content-Encoding: gzip",
    "zip": "send what is in it; workbooks (.xlsx) and .npz are zip, too",
}
# With a byte order mark, or without one: no text in UTF-8 begins with a NUL, or has one after its first character.
UTF_16 = re.compile(rb"\xff\xfe|\xfe\xff|\0.|[^\0]\0", re.DOTALL)
MARK = "\ufeff".encode()
MARKS = re.compile(rb"(?:(?<=[\r\n])|\A)(?:\xef\xbb\xbf)+")


def check_unpacked(body: bytes) -> None:
    """Raise RequestError for a body that is compressed."""
    if packed := PACKED.match(body):
        raise RequestError(400, f"the body is {packed.lastgroup}; {WAYS.get(packed.lastgroup, 'unpack it')}")


def check_utf8(body: bytes, content_type: str) -> None:
    """Raise RequestError for lines of text that are UTF-16 or UTF-32, of which nothing was said."""
    if UTF_16.match(body):
        raise RequestError(400, f"the body is UTF-16, not UTF-8; send UTF-8, or {content_type}; charset=utf-16")


def without_marks(body: bytes) -> bytes:
    """Text in UTF-8 without the byte order marks of the files that were joined to make it: each begins a line."""
    return MARKS.sub(b"", body) if MARK in body else body
