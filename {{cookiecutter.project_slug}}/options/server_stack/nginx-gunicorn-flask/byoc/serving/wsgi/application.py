"""The WSGI application: predictions straight to the model, all else to Flask. https://peps.python.org/pep-3333/"""

from functools import cached_property

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from byoc.serving.response import refusal
from byoc.serving.wsgi.predictions import Predictions
from byoc.serving.wsgi.service import Service
from byoc.settings import MULTI_MODEL_OFF


class Application:
    """Flask's routing and contexts would cost five times the prediction itself, so that predictions pass it by.

    They do not if the owner has added to Flask what must see them.
    """

    def __init__(self, service: Service, flask: Flask):
        """Adds to `flask` what all routes share: counting, refusals, predictions; and a multi-model endpoint's."""
        self.service = service
        self._flask = flask
        if service.models:
            from byoc.serving.wsgi import model_routes  # not above: whoever serves one model does not pay for it

            model_routes.add_to(flask, service.models)
        self._predictions = Predictions(flask, service)
        flask.after_request(self._count)
        flask.errorhandler(HTTPException)(self._refuse)
        flask.url_map.merge_slashes = False  # //: another path, and none to be redirected from

    @cached_property
    def is_short(self) -> bool:
        """Whether predictions go straight to the model. Found when the first comes: until then, more may be added."""
        return self._predictions.may_be_passed_by(self._count)

    def __call__(self, environ, start_response):
        path, post = environ["PATH_INFO"], environ["REQUEST_METHOD"] == "POST"
        if post and self.is_short and self.service.predicts(path):
            return self.service.invocations(environ, start_response)
        if path.startswith("//"):  # Flask would read it as one slash
            self.service.metrics.count(path, 404)
            answer = refusal(404, NotFound.description)
            return Response(answer.body, answer.status, content_type=answer.content_type)(environ, start_response)
        return self._flask(environ, start_response)

    def _count(self, response: Response) -> Response:
        if not self._predictions.counted(request):
            self.service.metrics.count(request.path, response.status_code)
        return response

    def _refuse(self, error: HTTPException) -> Response:
        """404, 405 and their like in plain text, never an HTML page (S-44)."""
        off = error.code == 404 and not self.service.models and request.path.startswith("/models")
        answer = refusal(error.code, MULTI_MODEL_OFF if off else error.description)
        allow = [(name, value) for name, value in error.get_headers() if name == "Allow"]
        return Response(answer.body, answer.status, allow, content_type=answer.content_type)
