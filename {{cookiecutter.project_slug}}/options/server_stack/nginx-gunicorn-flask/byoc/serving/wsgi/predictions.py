"""Flask's routes to the model. Predictions come this way if the owner has added anything that must see them."""

from collections.abc import Callable
from inspect import isfunction

from flask import Flask, Request, request, signals
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from byoc.errors import RequestError
from byoc.serving.prediction_paths import INVOCATIONS, INVOKE, MODEL, may_match
from byoc.serving.wsgi.service import Service

COUNTED = "byoc.counted"
SIGNALS = signals.request_started, signals.request_finished, signals.request_tearing_down, signals.appcontext_pushed


class Body:
    """A request's body, which a hook may have read before."""

    def read(self) -> bytes:
        try:
            return request.get_data()
        except HTTPException as error:
            raise RequestError(error.code, error.description) from None


class Predictions:
    """The routes of predictions, and whether they may be passed by."""

    def __init__(self, flask: Flask, service: Service):
        self._flask = flask
        self._service = service
        flask.add_url_rule(INVOCATIONS, view_func=self.predict, methods=["POST"])
        if service.models:
            flask.add_url_rule(f"{MODEL}<name:name>{INVOKE}", view_func=self.predict, methods=["POST"])

    def predict(self, name: str = "") -> Callable:
        """The WSGI application that answers; it counts by itself."""
        request.environ[COUNTED] = True
        return lambda environ, start: self._service.invocations(environ | {"wsgi.input": Body()}, start)

    def counted(self, request: Request) -> bool:
        return COUNTED in request.environ

    def may_be_passed_by(self, ours: Callable) -> bool:
        """Whether a prediction would meet nothing on its way through Flask but `ours`, which is called after a request.

        What it might meet: a hook of the app or of a blueprint, a listener to a signal, a limit, a WSGI middleware, a
        route that matches better.
        """
        flask = self._flask
        before = [flask.before_request_funcs, flask.url_value_preprocessors, flask.teardown_request_funcs]
        return not (
            any(hooks.get(None) for hooks in before)  # None: of all blueprints
            or flask.after_request_funcs[None] != [ours]
            or flask.teardown_appcontext_funcs
            or any(signal.receivers for signal in SIGNALS)
            or flask.config["MAX_CONTENT_LENGTH"] is not None
            or any(isfunction(getattr(Flask, name, None)) for name in vars(flask))  # such as wsgi_app, which is wrapped
            or type(flask).__module__ != Flask.__module__  # a class of the owner's
            or flask.view_functions["predict"] != self.predict
            or any(map(self._may_match, flask.url_map.iter_rules()))
        )

    def _may_match(self, rule: Rule) -> bool:
        """Whether a route of the owner's may match a prediction."""
        matches = "POST" in rule.methods and may_match(rule.rule, "<", self._service.settings.multi_model)
        return matches and rule.endpoint != "predict"
