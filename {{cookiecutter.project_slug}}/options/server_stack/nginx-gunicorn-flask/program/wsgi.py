"""HTTP routes onto predictor.py, and nothing else."""

import gc
import sys
from collections import deque
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

import predictor
from byoc import batch, log
from byoc.errors import ModelError, SettingError

try:
    model = predictor.Predictor.from_environment()
except (ModelError, SettingError) as error:
    sys.exit(f"serve: {error}")

# Workers are forked from here: what is frozen is never written to by their collectors, so they share it.
gc.freeze()

# Each request under way takes a place. Where gunicorn listens itself, its threads are the only queue (S-49).
places = deque(range(model.settings.places))

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
FULL = predictor.refusal(503, "too many requests are waiting already; try again later")

flask = Flask(__name__, static_folder=None)


@flask.route("/ping", methods=["GET", "POST"])
def ping() -> Response:
    """200 and an empty body (S-06): there is no process to ask before the model is loaded."""
    return Response(status=200, mimetype="text/plain")


@flask.post("/invocations")
def invocations() -> Response:
    """Never called: `app` answers it. The route is here so that other methods get 405, not 404 (S-50)."""
    raise AssertionError


@flask.get("/execution-parameters")
def execution_parameters() -> dict[str, Any]:
    """What a batch transform job may send at a time (B-04)."""
    return batch.execution_parameters(model.settings)


@flask.errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response:
    """404, 405 and their like in plain text, never an HTML page (S-44)."""
    answer = predictor.refusal(error.code, error.description)
    allow = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return Response(answer.body, answer.status, allow, content_type=answer.content_type)


def app(environ, start_response):
    """Answer predictions straight away: Flask's routing and contexts would cost five times the prediction itself.

    Everything else is Flask's. https://peps.python.org/pep-3333/
    """
    if environ["PATH_INFO"] != "/invocations" or environ["REQUEST_METHOD"] != "POST":
        return flask(environ, start_response)
    try:
        place = places.pop()
    except IndexError:
        return send(FULL, environ, start_response)
    try:
        return send(invoke(environ), environ, start_response)
    finally:
        places.append(place)


def invoke(environ):
    body = environ["wsgi.input"].read()  # to the end of the body, chunked or not: gunicorn sees to that
    return model.respond(body, environ.get("CONTENT_TYPE", ""), environ.get("HTTP_ACCEPT", ""))


def send(answer, environ, start_response):
    if answer.remark:
        log.request(environ, status=answer.status, remark=answer.remark)
    whole = isinstance(answer.body, bytes)
    length = ("Content-Length", str(len(answer.body))) if whole else ("X-Accel-Buffering", "no")  # nginx's, for X-02
    headers = [("Content-Type", answer.content_type), length]
    attributes = environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES")
    if attributes and len(attributes) <= 1024 and attributes.isascii() and attributes.isprintable():
        headers.append(("X-Amzn-SageMaker-Custom-Attributes", attributes))  # else the client would not see them (S-48)
    start_response(STATUS_LINES[answer.status], headers)
    return [answer.body] if whole else answer.body
