"""Predictions as an ASGI application of their own: FastAPI's machinery would cost more than the prediction itself.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import aclosing
from functools import partial

from access_log import AccessLog
from byoc.metrics import Metrics
from inference import LARGE, Gone, Inference
from predictor import Response


class Invocations:
    """Answers what `inference` does, counts it as `route`, and logs a line about it."""

    def __init__(self, inference: Inference, metrics: Metrics, access_log: AccessLog, route: str):
        self._inference = inference
        self._metrics = metrics
        self._log = access_log
        self._route = route

    async def __call__(self, scope, receive, send):
        began = self._metrics.begin()
        headers = dict(scope["headers"])
        length = int(headers.get(b"content-length", LARGE + 1))
        asked = [headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"accept")]
        try:
            answer, received = await self._inference.answer(receive, length, scope["path"], *asked)
        except Gone:
            self._metrics.end(self._route, began, 400, 0, 0)
            return
        end = partial(self._metrics.end, self._route, began, answer.status, received)
        start = head(answer, headers.get(b"x-amzn-sagemaker-custom-attributes"))
        if isinstance(answer.body, bytes):
            sent, remark = len(answer.body), answer.remark
            end(sent)
            await send(start)
            await send({"type": "http.response.body", "body": answer.body})
        else:
            sent, remark = await self._stream(start, answer.body, receive, send, end)
        seconds = round(time.perf_counter() - began, 3)
        sizes = {"request_bytes": received, "response_bytes": sent}
        self._log.add(scope, headers, status=answer.status, seconds=seconds, **sizes, remark=remark)

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


def head(answer: Response, attributes: bytes | None) -> dict:
    """The message that starts the answer; `attributes` are the request's custom ones."""
    headers = [(b"content-type", answer.content_type.encode())]
    if isinstance(answer.body, bytes):
        headers.append((b"content-length", b"%d" % len(answer.body)))
    if attributes and len(attributes) <= 1024 and attributes.isascii() and attributes.decode().isprintable():
        headers.append((b"x-amzn-sagemaker-custom-attributes", attributes))  # else the client would not see them (S-48)
    return {"type": "http.response.start", "status": answer.status, "headers": headers}
