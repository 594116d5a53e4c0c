"""The routes of a multi-model endpoint onto byoc/serving/multi_model/requests.py (M-03 to M-13)."""

from typing import Any

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter

from byoc import log
from byoc.errors import RequestError
from byoc.serving.multi_model.requests import Models
from byoc.serving.response import refusal


class Name(BaseConverter):
    """Any text, slashes included: names are opaque (M-13)."""

    regex = ".+"
    part_isolating = False


def add_to(flask: Flask, models: Models) -> None:
    """Add the routes, but for POST /models/NAME/invoke."""
    flask.url_map.converters["name"] = Name

    @flask.get("/models")
    def page() -> dict[str, Any]:
        return models.page(request.args.get("limit", ""), request.args.get("next_page_token", ""))

    @flask.post("/models")
    def load() -> dict[str, str]:
        return models.load(request.get_data())

    flask.get("/models/<name:name>")(models.get)
    flask.delete("/models/<name:name>")(models.unload)
    flask.errorhandler(RequestError)(refuse)


def refuse(error: RequestError) -> Response:
    log.request(request.environ, status=error.status, remark=str(error))
    answer = refusal(error.status, str(error))
    return Response(answer.body, answer.status, content_type=answer.content_type)
