"""The charsets that a request's text may be in.

Few, and each is decoded in linear time. Python knows more: with punycode, 1 MB takes a minute. And each name that it
does not know it keeps for ever.
"""

from byoc.errors import RequestError, shown

CHARSETS = (
    *("utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be", "us-ascii"),
    *("iso-8859-1", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252"),
    *("big5", "euc-kr", "gb18030", "gbk", "shift_jis"),
)
ALSO = ("utf8", "utf16", "ascii", "latin1", "latin-1", "cp1252")  # what people write for some of them
KNOWN = frozenset((*CHARSETS, *ALSO))  # each is a name of Python's, too


def in_utf8(body: bytes, charset: str) -> bytes:
    """The text of the body, in UTF-8; raises RequestError, 415 for a charset that is not one of these."""
    if charset.lower() not in KNOWN:
        raise RequestError(415, f"charset {shown(charset)} is not supported; send one of {', '.join(CHARSETS)}")
    try:
        return body.decode(charset).encode()
    except UnicodeError as error:
        raise RequestError(400, f"the body is not text in {charset}: {error}") from None
