"""Every route but that of predictions, by FastAPI. Add yours to `fastapi`."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.responses import Response as HttpResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

import api_docs
from byoc import batch, playground
from byoc.errors import RequestError
from byoc.metrics import CONTENT_TYPE
from byoc.settings import MULTI_MODEL_OFF
from predictor import refusal
from service import access_log, metrics, model, settings

if settings.multi_model:
    import model_routes  # only here: whoever serves one model does not pay for it

signature = model.signature if model else None

# Its own docs page loads scripts from elsewhere, which SageMaker need not let through (S-26).
fastapi = FastAPI(title="Predictions", docs_url=None, redoc_url=None, redirect_slashes=False)

if settings.multi_model:
    model_routes.add_to(fastapi)


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
    raise AssertionError  # asgi.py answers it; the route is for the documentation, and for 405 to other methods (S-50)


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
    answer = refusal(error.status, str(error))
    return PlainTextResponse(answer.body, answer.status)


@fastapi.exception_handler(HTTPException)
async def refuse(request: Request, error: HTTPException) -> PlainTextResponse:
    """404, 405 and their like in plain text, never JSON or a page (S-44)."""
    path = request.url.path
    off = error.status_code == 404 and not settings.multi_model and path.startswith("/models")
    reason = MULTI_MODEL_OFF if off else f"{request.method} {path}: {error.detail}"
    answer = refusal(error.status_code, reason)
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
    """FastAPI's answer, counted, and a line about it, but for what goes well every few seconds."""
    if scope["type"] != "http":
        await fastapi(scope, receive, send)
        return
    status = 0

    async def noted(message):
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            metrics.count(scope["path"], status)
        await send(message)

    await fastapi(scope, receive, noted)
    if scope["path"] not in ("/ping", "/metrics") or status != 200:
        request = f"{scope['method']} {scope['path']}"
        access_log.add(request, dict(scope["headers"]), status=status, remark=scope["state"].get("remark"))
