"""The ASGI application: predictions and conversations straight to the model, all else to the routes.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from collections.abc import Awaitable, Callable
from typing import Any

from byoc.serving.asgi import conversation
from byoc.serving.asgi.service import Service


class Application:
    def __init__(self, service: Service, routes: Callable[[Any, Any, Any], Awaitable[None]]):
        """`routes` is an ASGI application, too."""
        self.service = service
        self._routes = routes

    async def __call__(self, scope, receive, send):
        kind, path, service = scope["type"], scope.get("path"), self.service
        predicts = path == "/invocations" or (service.models and path and path.endswith("/invoke"))
        if predicts and kind == "http" and scope["method"] == "POST":
            await service.invoke(scope, receive, send)
        elif kind == "websocket" and path == conversation.PATH and service.model and service.model.converse:
            await self._converse(receive, send)
        else:
            await self._routes(scope, receive, send)

    async def _converse(self, receive, send):
        """A conversation takes a place like any request; without one, the connection is refused."""
        inference = self.service.inference
        if inference.places <= 0:
            await conversation.refuse(receive, send)
            return
        inference.places -= 1
        try:
            await conversation.hold(self.service.model.converse, receive, send)
        finally:
            inference.places += 1
