"""Counts and logs FastAPI's answers, as predictions are."""

from fastapi import FastAPI

from byoc.serving.asgi.predictions import Predictions
from byoc.serving.asgi.service import Service


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
