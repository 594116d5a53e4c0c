"""Patterns of AWS's API models, which are Java's, as Python's `re` takes them."""

import re
import sys
import unicodedata
from functools import cache

POSIX = {"Alnum": "0-9A-Za-z", "ASCII": "\\x00-\\x7f", "Print": "\\x20-\\x7e"}
PROPERTY = re.compile(r"\\p\{(\w+)\}")
SPELLINGS = {
    "\\uD800\\uDC00-\\uDBFF\\uDFFF": "\\U00010000-\\U0010FFFF",  # Java writes the two halves of each
    "\\z": "\\Z",
    "\\w-_": "\\w\\-_",
    "${": "(?:$){",  # an end that is repeated, as some patterns of AWS's have it, is an end
}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, for `fullmatch`: AWS wants the whole value to match. Raises re.error if `re` cannot take it."""
    for java, python in SPELLINGS.items():
        pattern = pattern.replace(java, python)
    return re.compile(_with_classes(pattern))


def _with_classes(pattern: str) -> str:
    """`\\p{L}` and the like become the characters that they stand for, within brackets or outside."""
    done, end = "", 0
    for found in PROPERTY.finditer(pattern):
        before = pattern[end : found.start()]
        done += before
        inside = done.count("[") - done.count("\\[") > done.count("]") - done.count("\\]")
        characters = POSIX.get(found[1]) or _category(found[1])
        done += characters if inside else f"[{characters}]"
        end = found.end()
    return done + pattern[end:]


@cache
def _category(name: str) -> str:
    """The ranges of a Unicode category, as in brackets."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(name):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
