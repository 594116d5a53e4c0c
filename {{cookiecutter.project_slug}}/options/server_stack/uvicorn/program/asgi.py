"""Predictions and conversations straight to the model, and everything else to the routes of routes.py."""

import conversation
import routes
from service import inference, invoke, model, settings


async def app(scope, receive, send):
    """https://asgi.readthedocs.io/en/latest/specs/www.html"""
    kind, path = scope["type"], scope.get("path")
    predicts = path == "/invocations" or (settings.multi_model and path and path.endswith("/invoke"))
    if predicts and kind == "http" and scope["method"] == "POST":
        await invoke(scope, receive, send)
    elif kind == "websocket" and path == conversation.PATH and model and model.converse:
        await converse(receive, send)
    else:
        await routes.app(scope, receive, send)


async def converse(receive, send):
    """A conversation takes a place like any request; without one, the connection is refused."""
    if inference.places <= 0:
        await conversation.refuse(receive, send)
        return
    inference.places -= 1
    try:
        await conversation.hold(model.converse, receive, send)
    finally:
        inference.places += 1
