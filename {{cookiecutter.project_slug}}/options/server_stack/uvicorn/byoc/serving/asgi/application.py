"""The ASGI application: predictions and conversations straight to the model, all else to the routes.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from functools import cached_property
from typing import Any, Protocol

from byoc.serving.asgi import conversation
from byoc.serving.asgi.service import Service


class Routes(Protocol):
    """An ASGI application, which answers predictions and conversations, too, if it is asked."""

    def may_be_passed_by(self) -> bool:
        """Whether a prediction would meet nothing of the owner's on its way through it."""

    async def __call__(self, scope, receive, send): ...


class Application:
    def __init__(self, service: Service, routes: Routes):
        self.service = service
        self._routes = routes

    @cached_property
    def is_short(self) -> bool:
        """Whether predictions go straight to the model. Found once it is served: until then, more may be added."""
        return self._routes.may_be_passed_by()

    async def __call__(self, scope, receive, send):
        kind, path = scope["type"], scope.get("path")
        if not self.is_short:
            await self._routes(scope, receive, send)
        elif kind == "http" and scope["method"] == "POST" and self.service.predicts(path):
            await self.service.invoke(scope, receive, send)
        elif kind == "websocket" and path == conversation.PATH:
            await self.service.converse(scope, receive, send)
        else:
            await self._routes(scope, receive, send)


def may_answer_at_once(app: Any) -> bool:
    """Whether predictions may be answered without `app`, asgi.py's: not if its owner has wrapped it."""
    return type(app) is Application and app.is_short
