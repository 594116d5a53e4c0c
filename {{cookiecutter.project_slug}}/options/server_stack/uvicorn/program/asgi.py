"""The routes of the server. Add yours to ROUTES: a function for each method. To see every request, wrap `app`."""

from typing import Any

from byoc.serving import batch, playground
from byoc.serving.asgi.application import Application
from byoc.serving.asgi.incoming.bodies import Receive
from byoc.serving.asgi.routes import Route, Routes
from byoc.serving.asgi.service import Service
from byoc.serving.metrics import CONTENT_TYPE
from byoc.serving.response import Response

service = Service("predictor")


async def ping(scope: dict[str, Any], receive: Receive) -> Response:
    """200 and an empty body, from the moment the model is loaded (S-06)."""
    return Response(200, b"", "text/plain; charset=utf-8")


async def execution_parameters(scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
    """What a batch transform job may send at a time (B-04)."""
    return batch.execution_parameters(service.settings)


async def metrics(scope: dict[str, Any], receive: Receive) -> Response:
    """What all workers have counted, for Prometheus (S-54)."""
    return Response(200, service.metrics.text(), CONTENT_TYPE)


ROUTES: dict[str, dict[str, Route | None]] = {
    "/ping": dict.fromkeys(("GET", "HEAD", "POST"), ping),
    "/invocations": {"POST": None},  # the model; other methods get 405 (S-50)
    "/execution-parameters": {"GET": execution_parameters},
    "/metrics": {"GET": metrics},
}

if service.settings.playground and service.model:
    page = Response(200, playground.page(service.model.signature), "text/html; charset=utf-8")

    async def show_page(scope: dict[str, Any], receive: Receive) -> Response:
        return page

    ROUTES["/"] = {"GET": show_page}

app = Application(service, Routes(service, ROUTES))
