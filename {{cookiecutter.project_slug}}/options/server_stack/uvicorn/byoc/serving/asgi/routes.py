"""Routes without a framework: functions of a request, whose answer may be JSON."""

import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from byoc.errors import RequestError
from byoc.serving.asgi.incoming.bodies import Gone, Receive
from byoc.serving.asgi.invocations import head
from byoc.serving.asgi.service import Service
from byoc.serving.response import Response, refusal
from byoc.settings import MULTI_MODEL_OFF

Route = Callable[[dict[str, Any], Receive], Awaitable[Response | dict[str, Any]]]


class Routes:
    """`table` has the routes by path and method. None stands for the model."""

    def __init__(self, service: Service, table: dict[str, dict[str, Route | None]]):
        self._service = service
        self._table = table
        self._models = lambda path: {}
        if service.models:
            from byoc.serving.asgi.model_routes import ModelRoutes  # whoever serves one model does not pay for it

            self._models = ModelRoutes(service).of

    def may_be_passed_by(self) -> bool:
        """Not where a route of the owner's own answers predictions."""
        return not any(self._service.predicts(path) and methods.get("POST") for path, methods in self._table.items())

    async def __call__(self, scope, receive, send):
        """The answer, counted, and a line about it, but for what goes well every few seconds."""
        if scope["type"] == "websocket":
            await self._service.converse(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        methods = self._table.get(path) or self._models(path)
        if methods.get(method, self) is None:
            await self._service.invoke(scope, receive, send)
            return
        try:
            answer = await methods[method](scope, receive) if method in methods else self._refuse(path, method, methods)
            if isinstance(answer, dict):
                answer = Response(200, json.dumps(answer, separators=(",", ":")).encode(), "application/json")
        except RequestError as error:
            answer = refusal(error.status, str(error))
        except Gone:
            return
        start = head(answer, {})
        if answer.status == 405:
            start["headers"].append((b"allow", ", ".join(sorted(methods)).encode()))
        self._service.metrics.count(path, answer.status)
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})
        if path not in ("/ping", "/metrics") or answer.status != 200:
            known = {"status": answer.status, "remark": answer.remark}
            self._service.access_log.add(f"{method} {path}", dict(scope["headers"]), **known)

    def _refuse(self, path: str, method: str, methods: Collection[str]) -> Response:
        """404 or 405 in one plain sentence (S-44, S-50)."""
        if methods:
            return refusal(405, f"{method} {path}: the method must be {' or '.join(sorted(methods))}")
        off = path.startswith("/models") and not self._service.models
        return refusal(404, MULTI_MODEL_OFF if off else f"{method} {path}: there is no such path")
