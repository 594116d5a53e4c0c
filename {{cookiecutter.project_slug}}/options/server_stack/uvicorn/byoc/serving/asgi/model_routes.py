"""The routes of a multi-model endpoint, onto byoc/serving/multi_model/requests.py (M-03 to M-13).

What it asks for may take its time, so it is asked in threads.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from byoc.serving.asgi.incoming.bodies import Receive
from byoc.serving.asgi.service import Service
from byoc.serving.prediction_paths import predicts

MODEL = "/models/"

Route = Callable[[dict[str, Any], Receive], Awaitable[dict[str, Any]]]


class ModelRoutes:
    def __init__(self, service: Service):
        self._models, self._inference = service.models, service.inference
        self._in_thread = service.inference.in_thread

    def of(self, path: str) -> dict[str, Route | None]:
        """The routes of a path, by method. Names hold any text, slashes included: they are opaque (M-13)."""
        if path == "/models":
            return {"GET": self._page, "POST": self._load}
        if not path.startswith(MODEL) or path == MODEL:
            return {}
        predict = {"POST": None} if predicts(path, True) else {}  # the model itself
        return {"GET": self._get, "DELETE": self._unload, **predict}

    async def _page(self, scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        asked = query.get("limit", ""), query.get("next_page_token", "")
        return await self._in_thread(self._models.page, *asked)

    async def _load(self, scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
        return await self._in_thread(self._models.load, await self._inference.read(receive))

    async def _get(self, scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
        return await self._in_thread(self._models.get, scope["path"].removeprefix(MODEL))

    async def _unload(self, scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
        return await self._in_thread(self._models.unload, scope["path"].removeprefix(MODEL))
