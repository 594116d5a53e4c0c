"""JSON whose objects have each name once: of two values, Python's parser would take the last, and say nothing."""

import json
import re
from typing import Any

SPACED = re.compile(r'"\s+:')


class TwiceError(ValueError):
    """A name is there twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for place, name in enumerate(names) if name in names[:place])
        raise TwiceError(f"has the name {name[:80]!r} twice in one object; give each name once")
    return found


LOOSE = json.JSONDecoder().decode
STRICT = json.JSONDecoder(object_pairs_hook=_once).decode


def loads(body: bytes) -> Any:
    """As json.loads; raises ValueError, or TwiceError for a name that is given twice.

    Many rows are parsed without a look at each object, which would take a quarter longer: a name of an object is what
    a colon follows, so it is enough to count those. Where that does not tell, the body is parsed again.
    """
    text = _text(body)
    content = LOOSE(text)
    rows = content.get("instances") if isinstance(content, dict) else content
    names = len(content) if isinstance(content, dict) else 0
    colons = text.count(":")
    if colons == names:
        return content
    names += sum([len(row) for row in rows if type(row) is dict]) if isinstance(rows, list) else 0
    if colons == names:
        return content
    names = _names(content) if isinstance(content, dict | list) else 0
    if colons == names or (text.count('":') == names and not SPACED.search(text)):
        return content
    return STRICT(text)


def _names(content: Any) -> int:
    """How many names all objects have, within each other, too."""
    within = content.values() if isinstance(content, dict) else content
    found = len(content) if isinstance(content, dict) else 0
    return found + sum([_names(one) for one in within if isinstance(one, dict | list)])


def loads_line(line: bytes) -> Any:
    """The same of a single row."""
    return STRICT(_text(line))


def _text(body: bytes) -> str:
    """UTF-8, or UTF-16 or UTF-32 as their zero bytes tell."""
    return body.decode(json.detect_encoding(body), "surrogatepass")
