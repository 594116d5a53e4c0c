"""The routes of the server, by FastAPI. Add yours to `fastapi`, and middlewares, which see every request."""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from byoc.serving import batch, playground
from byoc.serving.asgi import api_docs, refusals
from byoc.serving.asgi.application import Application
from byoc.serving.asgi.predictions import Counted, Predictions
from byoc.serving.asgi.service import Service
from byoc.serving.metrics import CONTENT_TYPE

service = Service("predictor")
settings = service.settings
signature = service.model.signature if service.model else None

# Its own docs page loads scripts from elsewhere, which SageMaker need not let through (S-26).
fastapi = FastAPI(title="Predictions", docs_url=None, redoc_url=None, redirect_slashes=False)
refusals.add_to(fastapi, settings.multi_model)

if service.models:
    from byoc.serving.asgi import model_routes  # only here: whoever serves one model does not pay for it

    model_routes.add_to(fastapi, service)


@fastapi.get("/ping", response_class=Response, summary="Whether it is ready")
@fastapi.api_route("/ping", methods=["GET", "HEAD", "POST"], include_in_schema=False)
async def ping() -> Response:
    """Status 200 and an empty body, from the moment the model is loaded."""
    return Response()  # S-06


@fastapi.get("/execution-parameters", summary="What a batch transform job may send at a time")
async def execution_parameters() -> dict[str, Any]:
    return batch.execution_parameters(settings)


@fastapi.get("/metrics", response_class=Response, include_in_schema=False)
async def metrics() -> Response:
    """What all workers have counted, for Prometheus (S-54)."""
    return Response(service.metrics.text(), media_type=CONTENT_TYPE)


@fastapi.get("/docs", response_class=HTMLResponse, include_in_schema=False)
async def docs() -> str:
    return api_docs.page(fastapi.openapi(), signature)


if settings.playground and service.model:
    page = HTMLResponse(playground.page(signature))
    fastapi.get("/", include_in_schema=False)(lambda: page)

# Predictions last: what is set above for all routes that follow, such as a dependency, holds for them, too.
app = Application(service, Counted(fastapi, service, Predictions(fastapi, service)))
