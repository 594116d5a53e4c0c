"""The routes of the server, by Flask. Add yours to `flask`, and hooks like before_request, which see every request."""

import gc
from typing import Any

from flask import Flask, Response

from byoc.serving import batch, playground
from byoc.serving.metrics import CONTENT_TYPE
from byoc.serving.wsgi.application import Application
from byoc.serving.wsgi.service import Service

service = Service("predictor")
flask = Flask(__name__, static_folder=None)


@flask.route("/ping", methods=["GET", "POST"])
def ping() -> Response:
    """200 and an empty body (S-06): there is no process to ask before the model is loaded."""
    return Response(status=200, mimetype="text/plain")


@flask.get("/execution-parameters")
def execution_parameters() -> dict[str, Any]:
    """What a batch transform job may send at a time (B-04)."""
    return batch.execution_parameters(service.settings)


@flask.get("/metrics")
def metrics() -> Response:
    """What all workers have counted, for Prometheus (S-54)."""
    return Response(service.metrics.text(), content_type=CONTENT_TYPE)


if service.settings.playground and service.model:
    page = playground.page(service.model.signature)
    flask.add_url_rule("/", "playground", lambda: Response(page, content_type="text/html; charset=utf-8"))

app = Application(service, flask)

# Workers are forked from here, and share what they do not write to: routes, which the first match makes ready, and
# all that their collectors leave alone because it is frozen.
flask.url_map.bind("localhost").match("/ping")
gc.freeze()
