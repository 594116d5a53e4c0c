"""The routes of a multi-model endpoint onto byoc/multi_model.py (M-03 to M-13), and nothing else."""

from typing import Any

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter

import predictor
from byoc import log, multi_model
from byoc.errors import RequestError
from byoc.settings import Settings


class Name(BaseConverter):
    """Any text, slashes included: names are opaque (M-13)."""

    regex = ".+"
    part_isolating = False


def add_to(flask: Flask, settings: Settings) -> multi_model.Models:
    """Add the routes, but for POST /models/NAME/invoke, which goes to `Models.respond`."""
    models = multi_model.Models.from_environment(settings)
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
    return models


def refuse(error: RequestError) -> Response:
    log.request(request.environ, status=error.status, remark=str(error))
    answer = predictor.refusal(error.status, str(error))
    return Response(answer.body, answer.status, content_type=answer.content_type)
