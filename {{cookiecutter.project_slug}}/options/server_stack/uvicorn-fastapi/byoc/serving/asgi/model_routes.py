"""The routes of a multi-model endpoint, but for predictions, onto byoc/serving/multi_model/requests.py (M-03 to M-13).

What it asks for may take its time, so it is asked in threads.
"""

from typing import Any

from fastapi import FastAPI, Request

from byoc.serving.asgi import api_docs
from byoc.serving.asgi.service import Service

LOAD = {
    "type": "object",
    "properties": {"model_name": api_docs.STRING, "url": api_docs.STRING},
    "required": ["model_name", "url"],
}


def add_to(fastapi: FastAPI, service: Service) -> None:
    """Add the routes. Names hold any text, slashes included: they are opaque (M-13)."""
    in_thread, models = service.inference.in_thread, service.models

    @fastapi.get("/models", summary="The models that are loaded")
    async def page(limit: str = "", next_page_token: str = "") -> dict[str, Any]:
        return await in_thread(models.page, limit, next_page_token)

    load_extra = {"requestBody": {"required": True, "content": {"application/json": {"schema": LOAD}}}}

    @fastapi.post("/models", summary="Load a model", openapi_extra=load_extra)
    async def load(request: Request) -> dict[str, str]:
        return await in_thread(models.load, await request.body())

    @fastapi.get("/models/{name:path}", summary="One model")
    async def get(name: str) -> dict[str, str]:
        return await in_thread(models.get, name)

    @fastapi.delete("/models/{name:path}", summary="Unload a model")
    async def unload(name: str) -> dict[str, str]:
        return await in_thread(models.unload, name)
