"""HTTP routes onto predictor.py, and nothing else."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

import predictor
from byoc import batch, playground
from byoc.errors import ModelError, SettingError
from byoc.metrics import CONTENT_TYPE, Metrics
from byoc.settings import MULTI_MODEL_OFF, Settings
from invocations import Invocations

try:
    settings = Settings.from_environment()
    model = None if settings.multi_model else predictor.Predictor.from_environment()
except (ModelError, SettingError) as error:
    sys.exit(f"serve: {error}")

refusals = os.environ.get("NGINX_REFUSALS")  # set by `serve`
metrics = Metrics(settings.workers, Path(refusals) if refusals else None)
flask = Flask(__name__, static_folder=None)
models = None
if settings.multi_model:
    import model_routes  # not above: whoever serves one model does not pay for it

    models = model_routes.add_to(flask, settings)


def respond(path: str, *asked: Any) -> predictor.Response:
    """The answer to a body, its content type and what is accepted; WSGI has the path's UTF-8 as Latin-1."""
    if models:
        return models.respond(path.encode("latin-1").decode(errors="replace"), *asked)
    return model.respond(*asked)


invocations = Invocations(settings, metrics, respond)


def app(environ, start_response):
    """Answer predictions straight away: Flask's routing and contexts would cost five times the prediction itself.

    Everything else is Flask's. https://peps.python.org/pep-3333/
    """
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "POST" or (path != "/invocations" and not (models and path.endswith("/invoke"))):
        return flask(environ, start_response)
    return invocations(environ, start_response)


@flask.route("/ping", methods=["GET", "POST"])
def ping() -> Response:
    """200 and an empty body (S-06): there is no process to ask before the model is loaded."""
    return Response(status=200, mimetype="text/plain")


@flask.post("/invocations")
def invoke() -> Response:
    """Never called: `app` answers it. The route is here so that other methods get 405, not 404 (S-50)."""
    raise AssertionError


@flask.get("/execution-parameters")
def execution_parameters() -> dict[str, Any]:
    """What a batch transform job may send at a time (B-04)."""
    return batch.execution_parameters(settings)


@flask.get("/metrics")
def tell_metrics() -> Response:
    """What all workers have counted, for Prometheus (S-54)."""
    return Response(metrics.text(), content_type=CONTENT_TYPE)


@flask.after_request
def count(response: Response) -> Response:
    metrics.count(request.path, response.status_code)
    return response


if settings.playground and model:
    page = playground.page(model.signature)
    flask.add_url_rule("/", "playground", lambda: Response(page, content_type="text/html; charset=utf-8"))


@flask.errorhandler(HTTPException)
def refuse(error: HTTPException) -> Response:
    """404, 405 and their like in plain text, never an HTML page (S-44)."""
    off = error.code == 404 and not models and request.path.startswith("/models")
    answer = predictor.refusal(error.code, MULTI_MODEL_OFF if off else error.description)
    allow = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return Response(answer.body, answer.status, allow, content_type=answer.content_type)


# Workers are forked from here, and share what they do not write to: routes, which the first match makes ready, and
# all that their collectors leave alone because it is frozen.
flask.url_map.bind("localhost").match("/ping")
gc.freeze()
