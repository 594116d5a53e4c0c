"""FastAPI's routes to the model, taken if the owner has added what must see predictions; and all its answers."""

from itertools import takewhile

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import Response
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount

from byoc.serving.asgi import api_docs, conversation
from byoc.serving.asgi.service import Service
from byoc.serving.metrics import INVOCATIONS, MODEL_INVOCATIONS
from byoc.serving.prediction_paths import may_match

FASTAPI = {"fastapi.applications", "fastapi.routing"}  # the modules of its classes: an owner's own are elsewhere


class Prediction(Response):
    """The answer to a request, which is asked for only when it is to be sent."""

    def __init__(self, service: Service, request: Request):
        super().__init__()
        self._service = service
        self._request = request
        self._body_given = False

    async def __call__(self, scope, receive, send):
        """`state` tells Counted that this is counted and logged already, and whether it broke off."""
        scope["state"]["predicted"] = True
        scope["state"]["broken_off"] = not await self._service.invoke(scope, self._receive, send)
        if self.background:  # a dependency's
            await self.background()

    async def _receive(self):
        """The body in one piece, as a dependency may have read it before, and then what else comes."""
        if self._body_given:
            return await self._request.receive()
        self._body_given = True
        try:
            return {"type": "http.request", "body": await self._request.body(), "more_body": False}
        except ClientDisconnect:
            return {"type": "http.disconnect"}


class Predictions:
    """The routes of predictions and conversations, and whether both may pass them by."""

    def __init__(self, fastapi: FastAPI, service: Service):
        self._fastapi = fastapi
        self._service = service
        path = MODEL_INVOCATIONS.replace("name", "name:path") if service.models else INVOCATIONS
        extra = api_docs.invocations(service.model and service.model.signature, service.settings.output)
        fastapi.post(path, summary="Predict", response_class=Response, openapi_extra=extra)(self.predict)
        self._route = fastapi.routes[-1]
        fastapi.websocket(conversation.PATH)(self.converse)
        if service.models:
            fastapi.post(INVOCATIONS, include_in_schema=False)(self.predict)  # 404, and what takes its place

    async def predict(self, request: Request) -> Response:
        """Rows in, predictions out."""
        return Prediction(self._service, request)

    async def converse(self, websocket: WebSocket) -> None:
        await self._service.converse(websocket.scope, websocket.receive, websocket.send)

    def may_be_passed_by(self) -> bool:
        """Whether a prediction would meet nothing of the owner's on its way through FastAPI.

        What it might meet: a middleware, a dependency of all routes, a limit, a tracer, a route that comes first.
        """
        fastapi, route = self._fastapi, self._route
        tracer = getattr(fastapi, "_native_telemetry", None)
        before = list(takewhile(lambda other: other is not route, fastapi.routes))
        return not (
            fastapi.user_middleware
            or route.dependencies
            or any(getattr(limited, "max_body_size", None) is not None for limited in (fastapi, fastapi.router, route))
            or (tracer and tracer.enabled())
            or any(map(self._may_match, before))
            or "build_middleware_stack" in vars(fastapi)  # as a tracer that is added later does
            or {type(part).__module__ for part in (fastapi, fastapi.router, route)} != FASTAPI
        )

    def _may_match(self, route: BaseRoute) -> bool:
        """Whether a route may match a prediction; of routers that are included and what is mounted, nobody knows."""
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or ("POST",)
        if "POST" not in methods:
            return False
        return isinstance(route, Mount) or not path or may_match(path, "{", self._service.settings.multi_model)


class Counted:
    """An ASGI application: `fastapi`, and a line about each request, but for what goes well every few seconds."""

    def __init__(self, fastapi: FastAPI, service: Service, predictions: Predictions):
        self._fastapi = fastapi
        self._service = service
        self.may_be_passed_by = predictions.may_be_passed_by

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self._fastapi(scope, receive, send)
            return
        status = 0
        state = scope["state"]
        if scope["path"].endswith("\n"):  # Starlette's routes end in `$`, which lets one line feed pass, but not two
            scope["path"] += "\n"

        async def noted(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if "predicted" not in state:
                    self._service.metrics.count(scope["path"], status)
            if not state.get("broken_off") or message.get("more_body"):  # a middleware may end it: nobody else must
                await send(message)

        await self._fastapi(scope, receive, noted)
        if "predicted" not in state and (scope["path"] not in ("/ping", "/metrics") or status != 200):
            request = f"{scope['method']} {scope['path']}"
            remark = state.get("remark")
            self._service.access_log.add(request, dict(scope["headers"]), status=status, remark=remark)
