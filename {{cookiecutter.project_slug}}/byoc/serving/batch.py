"""Batch transform: one line in the answer for each line sent, in bounded memory (B-04 to B-11)."""

import os
from collections.abc import Callable, Iterator
from typing import Any

from byoc.errors import RequestError, RowError
from byoc.serving.codecs.table import EMPTY
from byoc.settings import Settings

# A larger body is worked through in pieces of whole lines, so that only the body and its answer grow with it.
PIECE = 1 << 20
PAYLOAD_LIMIT = 100  # megabytes, of one request and of all at a time (B-05)


def execution_parameters(settings: Settings) -> dict[str, Any]:
    """The answer to `GET /execution-parameters`; what the job itself was given has precedence anyway (B-04, B-05).

    The SDK's local mode is told no strategy: it takes the container's, but only by names of its own, and fails on
    SageMaker's. It is known by how it spells SAGEMAKER_BATCH (LM-09).
    """
    payload = min(settings.max_payload, PAYLOAD_LIMIT)
    at_once = PAYLOAD_LIMIT // payload if payload else 1  # bodies without a limit come one at a time
    strategy = {} if os.environ.get("SAGEMAKER_BATCH") == "True" else {"BatchStrategy": settings.batch_strategy}
    return {"MaxConcurrentTransforms": min(settings.max_concurrent, at_once), **strategy, "MaxPayloadInMB": payload}


def by_lines(body: bytes, answer: Callable[[bytes], bytes], mark: Callable[[str], bytes] | None) -> bytes:
    """The answers to all lines of the body, asked for piece by piece; each has as many lines as its piece.

    `mark` makes the line that stands for a bad record; without it, a bad record raises RequestError, status 400.
    """
    body = body.rstrip(b"\r\n")
    if not body:
        raise RequestError(400, EMPTY)
    answers = []
    above = 0
    for piece in _pieces(body):
        try:
            answers.append(_ask(piece, answer))
        except RequestError as error:
            if not mark:
                raise error.below(above) from None
            answers.append(_marked(piece.splitlines(), above, answer, mark))
        above += count(piece)
    return b"".join(answers)


def _pieces(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = len(body)
        if end - start > PIECE:
            end = body.rfind(b"\n", start, start + PIECE) + 1 or body.find(b"\n", start + PIECE) + 1 or end
        yield body[start:end]
        start = end


def count(piece: bytes) -> int:
    """The lines of a piece."""
    return len(piece.splitlines()) if b"\r" in piece else piece.count(b"\n") + (not piece.endswith(b"\n"))


def _ask(piece: bytes, answer: Callable[[bytes], bytes]) -> bytes:
    if piece[len(piece.rstrip(b"\r\n")) :] not in (b"", b"\n", b"\r\n"):  # which decoders pass over
        raise RowError(count(piece), "is empty")
    return answer(piece)


def _marked(lines: list[bytes], above: int, answer: Callable[[bytes], bytes], mark: Callable[[str], bytes]) -> bytes:
    """Halve the lines until those that are bad stand alone: a few bad ones among many cost little."""
    try:
        return _ask(b"\n".join(lines) + b"\n", answer)
    except RequestError as error:
        if error.status != 400:
            raise
        if len(lines) == 1:
            return mark(str(error.below(above)))
    half = len(lines) // 2
    first = _marked(lines[:half], above, answer, mark)
    return first + _marked(lines[half:], above + half, answer, mark)
