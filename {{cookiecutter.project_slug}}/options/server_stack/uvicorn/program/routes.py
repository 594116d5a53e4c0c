"""Every route but that of predictions, without a framework: functions of a request, whose answer may be JSON.

Add yours to ROUTES.
"""

import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import conversation
from byoc import batch, playground
from byoc.errors import RequestError
from byoc.metrics import CONTENT_TYPE
from byoc.settings import MULTI_MODEL_OFF
from inference import Gone, Receive
from invocations import head
from predictor import Response, refusal
from service import access_log, metrics, model, settings

if settings.multi_model:
    import model_routes  # only here: whoever serves one model does not pay for it

Route = Callable[[dict[str, Any], Receive], Awaitable[Response | dict[str, Any]]]


async def ping(scope: dict[str, Any], receive: Receive) -> Response:
    """200 and an empty body, from the moment the model is loaded (S-06)."""
    return Response(200, b"", "text/plain; charset=utf-8")


async def execution_parameters(scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
    """What a batch transform job may send at a time (B-04)."""
    return batch.execution_parameters(settings)


async def tell_metrics(scope: dict[str, Any], receive: Receive) -> Response:
    """What all workers have counted, for Prometheus (S-54)."""
    return Response(200, metrics.text(), CONTENT_TYPE)


ROUTES: dict[str, dict[str, Route | None]] = {
    "/ping": dict.fromkeys(("GET", "HEAD", "POST"), ping),
    "/invocations": {"POST": None},  # which asgi.py answers; other methods get 405, not 404 (S-50)
    "/execution-parameters": {"GET": execution_parameters},
    "/metrics": {"GET": tell_metrics},
}

if settings.playground and model:
    page = Response(200, playground.page(model.signature), "text/html; charset=utf-8")

    async def show_page(scope: dict[str, Any], receive: Receive) -> Response:
        return page

    ROUTES["/"] = {"GET": show_page}


async def app(scope, receive, send):
    """The answer, counted, and a line about it, but for what goes well every few seconds."""
    if scope["type"] == "websocket":
        await conversation.refuse(receive, send)
        return
    path, method = scope["path"], scope["method"]
    methods = ROUTES.get(path) or (model_routes.of(path) if settings.multi_model else {})
    try:
        answer = await methods[method](scope, receive) if method in methods else refuse(path, method, methods)
        if isinstance(answer, dict):
            answer = Response(200, json.dumps(answer, separators=(",", ":")).encode(), "application/json")
    except RequestError as error:
        answer = refusal(error.status, str(error))
    except Gone:
        return
    start = head(answer, {})
    if answer.status == 405:
        start["headers"].append((b"allow", ", ".join(sorted(methods)).encode()))
    metrics.count(path, answer.status)
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})
    if path not in ("/ping", "/metrics") or answer.status != 200:
        access_log.add(f"{method} {path}", dict(scope["headers"]), status=answer.status, remark=answer.remark)


def refuse(path: str, method: str, methods: Collection[str]) -> Response:
    """404 or 405 in one plain sentence (S-44, S-50)."""
    if methods:
        return refusal(405, f"{method} {path}: the method must be {' or '.join(sorted(methods))}")
    off = path.startswith("/models") and not settings.multi_model
    return refusal(404, MULTI_MODEL_OFF if off else f"{method} {path}: there is no such path")
