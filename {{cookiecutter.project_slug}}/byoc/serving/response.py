"""A response: an answer, or a refusal in one plain sentence (S-43, S-44)."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

# SageMaker passes this many characters of an error's body on to the client (S-44).
ERROR_LENGTH = 2048
NO_JSON = re.compile(rb"NaN|Infinity")


class Response(NamedTuple):
    """What goes to the client, and `remark`, what the log should tell about it.

    A body in parts leaves part by part, as they are made (X-01).
    """

    status: int
    body: bytes | Iterator[bytes]
    content_type: str
    remark: str = ""


def as_bytes(part: Any) -> bytes:
    """A body, or a part of one; raises TypeError if a handler returned anything but bytes or text."""
    if isinstance(part, str):
        return part.encode()
    if isinstance(part, bytes | bytearray | memoryview):
        return bytes(part)
    raise TypeError(f"a handler returned {type(part).__name__} as the answer's body, which must be bytes or text")


def check_json(body: bytes, content_type: str, handler: str) -> None:
    """Raise TypeError for JSON, or lines of it, with NaN or infinity, which Python writes and no JSON parser reads."""

    def refuse(name: str) -> None:
        raise TypeError(f"{handler} wrote {name} into {content_type}, which is no JSON; write null, or a number")

    if "json" not in content_type or not NO_JSON.search(body):
        return
    for document in body.splitlines() if "lines" in content_type or "ndjson" in content_type else [body]:
        with suppress(ValueError, RecursionError):  # what else it is, is the handler's own affair
            json.loads(document, parse_constant=refuse)


def in_parts(body: Iterator[Any]) -> Iterator[bytes]:
    """The first part is made at once: what fails before it can still be refused in full (X-04)."""
    return map(as_bytes, chain([next(body, b"")], body))


def refusal(status: int, reason: str, remark: str = "") -> Response:
    """An error's response: plain text, short enough to reach the client whole (S-44)."""
    body = f"{reason[: ERROR_LENGTH - 1]}\n".encode(errors="replace")  # JSON can hold what UTF-8 cannot
    return Response(status, body, "text/plain; charset=utf-8", remark or reason)
