"""HTTP routes onto predictor.py, and nothing else."""

import sys
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.responses import Response as HttpResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

import api_docs
import conversation
import predictor
from access_log import AccessLog
from byoc import batch, playground
from byoc.errors import ModelError, RequestError, SettingError
from byoc.metrics import CONTENT_TYPE, INVOCATIONS, MODEL_INVOCATIONS, Metrics
from byoc.settings import MULTI_MODEL_OFF, Settings
from inference import Inference
from invocations import Invocations

try:
    settings = Settings.from_environment()
    model = None if settings.multi_model else predictor.Predictor.from_environment()
except (ModelError, SettingError) as error:
    sys.exit(f"serve: {error}")

signature = model.signature if model else None
metrics = Metrics(2 * settings.workers)  # one that is replaced goes on until it has answered what it has
access_log = AccessLog()
# Its own docs page loads scripts from elsewhere, which SageMaker need not let through (S-26).
fastapi = FastAPI(title="Predictions", docs_url=None, redoc_url=None, redirect_slashes=False)

if settings.multi_model:
    import model_routes  # not above: whoever serves one model does not pay for it

    models = model_routes.Models.from_environment(settings)
    inference = Inference(settings, models.respond, may_be_quick=False)
    model_routes.add_to(fastapi, models, inference)
    invoke = Invocations(inference, metrics, access_log, MODEL_INVOCATIONS)
else:
    inference = Inference(settings, lambda path, *asked: model.respond(*asked), may_be_quick=not model.has_handlers)
    invoke = Invocations(inference, metrics, access_log, INVOCATIONS)


@fastapi.get("/ping", response_class=HttpResponse, summary="Whether it is ready")
@fastapi.api_route("/ping", methods=["GET", "HEAD", "POST"], include_in_schema=False)
async def ping() -> HttpResponse:
    """Status 200 and an empty body, from the moment the model is loaded."""
    return HttpResponse()  # S-06


@fastapi.post(
    "/invocations",
    summary="Predict",
    response_class=HttpResponse,
    openapi_extra=api_docs.invocations(signature, settings.output),
    include_in_schema=not settings.multi_model,
)
async def invocations() -> None:
    """Rows in, predictions out."""
    raise AssertionError  # `app` answers it; the route is for the documentation, and for 405 to other methods (S-50)


@fastapi.get("/execution-parameters", summary="What a batch transform job may send at a time")
async def execution_parameters() -> dict[str, Any]:
    return batch.execution_parameters(settings)


@fastapi.get("/metrics", response_class=HttpResponse, include_in_schema=False)
async def tell_metrics() -> HttpResponse:
    """What all workers have counted, for Prometheus (S-54)."""
    return HttpResponse(metrics.text(), media_type=CONTENT_TYPE)


@fastapi.get("/docs", response_class=HTMLResponse, include_in_schema=False)
async def docs() -> str:
    return api_docs.page(fastapi.openapi(), signature)


if settings.playground and model:
    page = HTMLResponse(playground.page(signature))
    fastapi.get("/", include_in_schema=False)(lambda: page)


@fastapi.exception_handler(RequestError)
async def refuse_request(request: Request, error: RequestError) -> PlainTextResponse:
    """What is wrong with the request, in plain text (S-44) and in the log."""
    request.state.remark = str(error)
    answer = predictor.refusal(error.status, str(error))
    return PlainTextResponse(answer.body, answer.status)


@fastapi.exception_handler(HTTPException)
async def refuse(request: Request, error: HTTPException) -> PlainTextResponse:
    """404, 405 and their like in plain text, never JSON or a page (S-44)."""
    path = request.url.path
    off = error.status_code == 404 and not settings.multi_model and path.startswith("/models")
    reason = MULTI_MODEL_OFF if off else f"{request.method} {path}: {error.detail}"
    answer = predictor.refusal(error.status_code, reason)
    headers = {"Allow": allowed(request)} if error.status_code == 405 else error.headers
    return PlainTextResponse(answer.body, answer.status, headers)


def allowed(request: Request) -> str:
    """The methods of all routes to this path; each route itself would name only its own."""
    routes = [route for route in fastapi.routes if route.matches(request.scope)[0] != Match.NONE]
    return ", ".join(sorted(set().union(*(route.methods for route in routes))))


@fastapi.exception_handler(RequestValidationError)
async def refuse_parameters(request: Request, error: RequestValidationError) -> PlainTextResponse:
    """For routes that you add: what their parameters lack, in one line."""
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return await refuse(request, HTTPException(422, faults))


async def app(scope, receive, send):
    """Answer predictions straight away, and everything else by FastAPI."""
    if scope["type"] == "http":
        path = scope["path"]
        predicts = path == "/invocations" or (settings.multi_model and path.endswith("/invoke"))
        await (invoke if predicts and scope["method"] == "POST" else answer_others)(scope, receive, send)
    elif scope["type"] == "websocket" and scope["path"] == conversation.PATH and model and model.converse:
        await converse(receive, send)
    else:
        await fastapi(scope, receive, send)


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
    """FastAPI's answer, counted, and a line about it, but for what goes well every few seconds."""
    status = 0

    async def noted(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            metrics.count(scope["path"], status)
        await send(message)

    await fastapi(scope, receive, noted)
    if scope["path"] not in ("/ping", "/metrics") or status != 200:
        access_log.add(scope, dict(scope["headers"]), status=status, remark=scope["state"].get("remark"))
