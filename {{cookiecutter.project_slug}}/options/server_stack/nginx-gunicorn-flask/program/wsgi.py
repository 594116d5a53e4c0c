"""HTTP routes onto predictor.py, and nothing else."""

import gc
import os
import sys
from collections import deque
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

import predictor
from byoc import batch, log
from byoc.errors import ModelError, RequestError, SettingError
from byoc.metrics import CONTENT_TYPE, Metrics
from overdue import Watch

try:
    model = predictor.Predictor.from_environment()
except (ModelError, SettingError) as error:
    sys.exit(f"serve: {error}")

refusals = os.environ.get("NGINX_REFUSALS")  # set by `serve`
metrics = Metrics(model.settings.workers, Path(refusals) if refusals else None)

# Workers are forked from here: what is frozen is never written to by their collectors, so they share it.
gc.freeze()

# Each request under way takes a place. Where gunicorn listens itself, its threads are the only queue (S-49).
places = deque(range(model.settings.places))

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
FULL = predictor.refusal(503, "too many requests are waiting already; try again later")
NO_ANSWER = predictor.refusal(503, "the model gave no answer: it took too long, or its worker ended; see the log")

# In a worker with threads only: one without is ended by gunicorn.
watch = Watch(
    model.settings.timeout,
    under_way=lambda: model.settings.places - len(places),
    last_words=f"HTTP/1.1 {STATUS_LINES[503]}\r\nConnection: close\r\nContent-Type: {NO_ANSWER.content_type}\r\n"
    f"Content-Length: {len(NO_ANSWER.body)}\r\n\r\n".encode()
    + NO_ANSWER.body,
)

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


@flask.get("/metrics")
def tell_metrics() -> Response:
    """What all workers have counted, for Prometheus (S-54)."""
    return Response(metrics.text(), content_type=CONTENT_TYPE)


@flask.after_request
def count(response: Response) -> Response:
    metrics.count(request.path, response.status_code)
    return response


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
    began = metrics.begin()
    answer, length = invoke(environ)
    metrics.end(began, answer.status, length, len(answer.body))
    return send(answer, environ, start_response)


def invoke(environ):
    """The answer, and how many bytes were sent."""
    try:
        place = places.pop()
    except IndexError:
        return FULL, 0
    body = b""
    try:
        body = read(environ)
        if not environ["wsgi.multithread"]:
            return respond(environ, body), len(body)
        with watch.over(environ):
            return respond(environ, body), len(body)
    except RequestError as error:
        return predictor.refusal(error.status, str(error)), 0
    except SystemExit:  # gunicorn ends this worker, which was at it for too long (S-45)
        return NO_ANSWER, len(body)
    finally:
        places.append(place)


def read(environ):
    """The whole body, chunked or not; raises RequestError if it is not all there."""
    if environ["wsgi.multithread"]:  # nginx would have waited for it
        environ["gunicorn.socket"].settimeout(model.settings.timeout)
    try:
        body = environ["wsgi.input"].read()
    except TimeoutError:
        raise RequestError(408, f"the body did not come within {model.settings.timeout} s") from None
    except OSError:
        raise RequestError(400, "the body was cut off before the end of its last chunk") from None
    except Exception as error:  # gunicorn has an exception of its own for each way a chunk can be malformed
        raise RequestError(400, f"the body cannot be read: {error}") from None
    length = environ.get("CONTENT_LENGTH")
    if length and int(length) != len(body):
        raise RequestError(400, f"the body has {len(body)} bytes, but its Content-Length is {length}")
    return body


def respond(environ, body):
    return model.respond(body, environ.get("CONTENT_TYPE", ""), environ.get("HTTP_ACCEPT", ""))


def send(answer, environ, start_response):
    if answer.remark:
        log.request(environ, status=answer.status, remark=answer.remark)
    headers = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))]
    attributes = environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES")
    if attributes and len(attributes) <= 1024 and attributes.isascii() and attributes.isprintable():
        headers.append(("X-Amzn-SageMaker-Custom-Attributes", attributes))  # else the client would not see them (S-48)
    start_response(STATUS_LINES[answer.status], headers)
    return [answer.body]
