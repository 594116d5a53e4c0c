"""The invocations as an ASGI application: a framework's machinery would cost more than the prediction itself.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import aclosing
from functools import partial

from byoc.serving.asgi.access_log import AccessLog
from byoc.serving.asgi.incoming.bodies import Gone
from byoc.serving.asgi.inference import Inference
from byoc.serving.metrics import Metrics
from byoc.serving.response import Response


class Invocations:
    """Answers what `inference` does, counts it as `route`, and logs a line about it."""

    def __init__(self, inference: Inference, metrics: Metrics, access_log: AccessLog, route: str):
        self._inference = inference
        self._metrics = metrics
        self._log = access_log
        self._route = route

    def at_once(self, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[dict, bytes]:
        """The answer to a body for which `inference` says so: the message that starts it, and its body."""
        began = self._metrics.begin()
        answer = self._inference.timed(path, body, *asked(headers))
        self._metrics.end(self._route, began, answer.status, len(body), len(answer.body))
        self._note(path, headers, began, answer, len(body), len(answer.body), answer.remark)
        return head(answer, headers), answer.body

    async def __call__(self, scope, receive, send) -> bool:
        """Whether the client got all of the answer."""
        began = self._metrics.begin()
        headers = dict(scope["headers"])
        try:
            answer, received = await self._inference.answer(receive, scope["path"], *asked(headers))
        except Gone:
            self._metrics.end(self._route, began, 400, 0, 0)
            return False
        end = partial(self._metrics.end, self._route, began, answer.status, received)
        start = head(answer, headers)
        if isinstance(answer.body, bytes):
            sent, remark, whole = len(answer.body), answer.remark, True
            end(sent)
            await send(start)
            await send({"type": "http.response.body", "body": answer.body})
        else:
            sent, remark = await self._stream(start, answer.body, receive, send, end)
            whole = not remark
        self._note(scope["path"], headers, began, answer, received, sent, remark)
        return whole

    def _note(self, path, headers, began: float, answer: Response, received: int, sent: int, remark: str) -> None:
        seconds = round(time.perf_counter() - began, 3)
        sizes = {"request_bytes": received, "response_bytes": sent}
        self._log.add(f"POST {path}", headers, status=answer.status, seconds=seconds, **sizes, remark=remark)

    async def _stream(
        self, start: dict, body: Iterator[bytes], receive, send, end: Callable[[int], None]
    ) -> tuple[int, str]:
        """Send the parts as they are made (X-01); returns how many bytes, and what the log should tell."""
        sent = 0
        client_gone = asyncio.ensure_future(receive())  # all that can come yet
        try:
            await send(start)
            async with aclosing(self._inference.parts(body)) as parts:
                async for part in parts:
                    if client_gone.done():
                        return sent, "the client went away"
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                    sent += len(part)
        except Exception:
            # Without an end, uvicorn breaks the connection off: the client must not take this for all there is.
            return sent, traceback.format_exc()
        finally:
            end(sent)
        await send({"type": "http.response.body", "body": b""})
        return sent, ""


def asked(headers: dict[bytes, bytes]) -> list[str]:
    """Content-Type, Accept and Content-Encoding, "" for what is not there."""
    return [headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"accept", b"content-encoding")]


def head(answer: Response, headers: dict[bytes, bytes]) -> dict:
    """The message that starts the answer; `headers` are the request's."""
    sent = [(b"content-type", answer.content_type.encode())]
    if isinstance(answer.body, bytes):
        sent.append((b"content-length", b"%d" % len(answer.body)))
    attributes = headers.get(b"x-amzn-sagemaker-custom-attributes")
    if attributes and len(attributes) <= 1024 and attributes.isascii() and attributes.decode().isprintable():
        sent.append((b"x-amzn-sagemaker-custom-attributes", attributes))  # else the client would not see them (S-48)
    return {"type": "http.response.start", "status": answer.status, "headers": sent}
