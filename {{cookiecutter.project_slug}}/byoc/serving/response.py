"""A response: an answer, or a refusal in one plain sentence (S-43, S-44)."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, repeat
from typing import Any, NamedTuple

from byoc.errors import RowError
from byoc.serving.handlers import exited

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


def answered(answer: Any, accept: str, handler: str) -> tuple[Any, ...]:
    """The body and content type that a handler returned, and what the log should tell if that is of our `encode`.

    Raises TypeError for a content type that is no header.
    """
    if not isinstance(answer, tuple):
        return answer, accept
    if len(answer) < 2 or not all(isinstance(remark, RowError) for remark in answer[2:]):
        raise TypeError(
            f"{handler} returned a tuple of {len(answer)}; it must return the body, or (body, content type)"
        )
    content_type = answer[1]
    if not (isinstance(content_type, str) and content_type and content_type.isascii() and content_type.isprintable()):
        raise TypeError(f"{handler} returned {content_type!r:.80} as content type; it must be text such as text/csv")
    return answer


def as_bytes(part: Any, handler: str) -> bytes:
    """A body, or a part of one; raises TypeError if the handler returned anything but bytes or text."""
    if isinstance(part, str):
        return part.encode()
    if isinstance(part, bytes | bytearray | memoryview):
        return bytes(part)
    raise TypeError(f"{handler} returned {type(part).__name__} as the answer's body, which must be bytes or text")


def check_json(body: bytes, content_type: str, handler: str) -> None:
    """Raise TypeError for JSON, or lines of it, with NaN or infinity, which Python writes and no JSON parser reads."""

    def refuse(name: str) -> None:
        raise TypeError(f"{handler} wrote {name} into {content_type}, which is no JSON; write null, or a number")

    if "json" not in content_type or not NO_JSON.search(body):
        return
    for document in body.splitlines() if "lines" in content_type or "ndjson" in content_type else [body]:
        with suppress(ValueError, RecursionError):  # what else it is, is the handler's own affair
            json.loads(document, parse_constant=refuse)


def in_parts(body: Iterator[Any], handler: str) -> Iterator[bytes]:
    """The first part is made at once: what fails before it can still be refused in full (X-04)."""
    return chain([as_bytes(next(body, b""), handler)], map(as_bytes, _unless_it_exits(body), repeat(handler)))


def _unless_it_exits(body: Iterator[Any]) -> Iterator[Any]:
    """The parts; a handler that calls sys.exit ends its own answer alone."""
    try:
        yield from body
    except SystemExit as end:
        if not (told := exited(end)):
            raise
        raise RuntimeError(told) from end


def refusal(status: int, reason: str, remark: str = "") -> Response:
    """An error's response: plain text, short enough to reach the client whole (S-44)."""
    body = f"{reason[: ERROR_LENGTH - 1]}\n".encode(errors="replace")  # JSON can hold what UTF-8 cannot
    return Response(status, body, "text/plain; charset=utf-8", remark or reason)
