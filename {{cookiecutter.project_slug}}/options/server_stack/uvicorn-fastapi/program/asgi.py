"""HTTP routes onto predictor.py, and nothing else."""

import asyncio
import sys
import time
import traceback
from contextlib import aclosing
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.responses import Response as HttpResponse
from starlette.exceptions import HTTPException

import api_docs
import conversation
import predictor
from access_log import AccessLog
from byoc import batch
from byoc.errors import ModelError, SettingError
from inference import LARGE, Gone, Inference

try:
    model = predictor.Predictor.from_environment()
except (ModelError, SettingError) as error:
    sys.exit(f"serve: {error}")

inference = Inference(model)
access_log = AccessLog()

# Its own docs page loads scripts from elsewhere, which SageMaker need not let through (S-26).
fastapi = FastAPI(title="Predictions", docs_url=None, redoc_url=None, redirect_slashes=False)


@fastapi.get("/ping", response_class=HttpResponse, summary="Whether it is ready")
@fastapi.api_route("/ping", methods=["GET", "HEAD", "POST"], include_in_schema=False)
async def ping() -> HttpResponse:
    """Status 200 and an empty body, from the moment the model is loaded."""
    return HttpResponse()  # S-06


@fastapi.post(
    "/invocations",
    summary="Predict",
    response_class=HttpResponse,
    openapi_extra=api_docs.invocations(model.signature, model.settings.output),
)
async def invocations() -> None:
    """Rows in, predictions out."""
    raise AssertionError  # `app` answers it; the route is for the documentation, and for 405 to other methods (S-50)


@fastapi.get("/execution-parameters", summary="What a batch transform job may send at a time")
async def execution_parameters() -> dict[str, Any]:
    return batch.execution_parameters(model.settings)


@fastapi.get("/docs", response_class=HTMLResponse, include_in_schema=False)
async def docs() -> str:
    return api_docs.page(fastapi.openapi(), model.signature)


@fastapi.exception_handler(HTTPException)
async def refuse(request: Request, error: HTTPException) -> PlainTextResponse:
    """404, 405 and their like in plain text, never JSON or a page (S-44)."""
    answer = predictor.refusal(error.status_code, f"{request.method} {request.url.path}: {error.detail}")
    return PlainTextResponse(answer.body, answer.status, error.headers)


@fastapi.exception_handler(RequestValidationError)
async def refuse_parameters(request: Request, error: RequestValidationError) -> PlainTextResponse:
    """For routes that you add: what their parameters lack, in one line."""
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return await refuse(request, HTTPException(422, faults))


async def app(scope, receive, send):
    """Answer predictions straight away: FastAPI's machinery would cost more than the prediction itself.

    Everything else is FastAPI's. https://asgi.readthedocs.io/en/latest/specs/www.html
    """
    if scope["type"] == "websocket" and scope["path"] == conversation.PATH and model.converse:
        await converse(receive, send)
    elif scope["type"] != "http":
        await fastapi(scope, receive, send)
    elif scope["path"] == "/invocations" and scope["method"] == "POST":
        await invoke(scope, receive, send)
    else:
        await answer_others(scope, receive, send)


async def invoke(scope, receive, send):
    started = time.perf_counter()
    headers = dict(scope["headers"])
    length = int(headers.get(b"content-length", LARGE + 1))
    content_type, accept = (headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"accept"))
    try:
        answer, received = await inference.answer(receive, length, content_type, accept)
    except Gone:
        return
    given = [(b"content-type", answer.content_type.encode())]
    whole = isinstance(answer.body, bytes)
    if whole:
        given.append((b"content-length", b"%d" % len(answer.body)))
    attributes = headers.get(b"x-amzn-sagemaker-custom-attributes")
    if attributes and len(attributes) <= 1024 and attributes.isascii() and attributes.decode().isprintable():
        given.append((b"x-amzn-sagemaker-custom-attributes", attributes))  # else the client would not see them (S-48)
    await send({"type": "http.response.start", "status": answer.status, "headers": given})
    if whole:
        await send({"type": "http.response.body", "body": answer.body})
        sent, remark = len(answer.body), answer.remark
    else:
        sent, remark = await stream(answer.body, receive, send)
    access_log.add(
        scope,
        headers,
        status=answer.status,
        seconds=round(time.perf_counter() - started, 3),
        request_bytes=received,
        response_bytes=sent,
        remark=remark,
    )


async def stream(body, receive, send):
    """Send the parts as they are made (X-01); returns how many bytes, and what the log should tell."""
    sent = 0
    client_gone = asyncio.ensure_future(receive())  # all that can come yet
    async with aclosing(inference.parts(body)) as parts:
        try:
            async for part in parts:
                if client_gone.done():
                    return sent, "the client went away"
                await send({"type": "http.response.body", "body": part, "more_body": True})
                sent += len(part)
        except Exception:
            # Without an end, uvicorn breaks the connection off: the client must not take this for all there is.
            return sent, traceback.format_exc()
    await send({"type": "http.response.body", "body": b""})
    return sent, ""


async def converse(receive, send):
    """A conversation takes a place like any request; without one, the connection is refused."""
    if inference.places <= 0:
        await receive()
        await send({"type": "websocket.close"})
        return
    inference.places -= 1
    try:
        await conversation.hold(model.converse, receive, send)
    finally:
        inference.places += 1


async def answer_others(scope, receive, send):
    """FastAPI's answer, and a line about it, but for the pings that go well every few seconds."""
    status = 0

    async def noted(message):
        nonlocal status
        status = message.get("status", status)
        await send(message)

    await fastapi(scope, receive, noted)
    if (scope["path"], status) != ("/ping", 200):
        access_log.add(scope, dict(scope["headers"]), status=status)
