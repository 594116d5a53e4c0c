"""The service that all routes share: settings, the model or models, metrics."""

import os
import sys
from pathlib import Path
from typing import Any

from byoc.errors import ModelError, SettingError
from byoc.serving import handlers, prediction_paths
from byoc.serving.metrics import Metrics
from byoc.serving.predictor import Predictor
from byoc.serving.response import Response
from byoc.serving.wsgi.invocations import Invocations
from byoc.settings import Settings


class Service:
    """One server. It has a `model`, or on a multi-model endpoint `models`; the other of the two is None."""

    def __init__(self, module: str):
        """Import `module`, the project's predictor.py, and load the model; ends the program if that fails."""
        try:
            self.settings = Settings.from_environment()
            self.model = None if self.settings.multi_model else Predictor.from_environment(handlers.load(module))
        except (ModelError, SettingError) as error:
            sys.exit(f"serve: {error}")
        refusals = os.environ.get("NGINX_REFUSALS")  # set by `serve`
        self.metrics = Metrics(self.settings.workers, Path(refusals) if refusals else None)
        self.models = None
        if self.settings.multi_model:
            from byoc.serving.multi_model.requests import Models  # whoever serves one model does not pay for it

            self.models = Models.from_environment(self.settings)
        self.invocations = Invocations(self.settings, self.metrics, self._respond)

    def predicts(self, path: str) -> bool:
        """Whether POST to the path is a prediction."""
        return prediction_paths.predicts(path, self.settings.multi_model)

    def _respond(self, path: str, *asked: Any) -> Response:
        """The answer to a body and the headers about it; WSGI has the path's UTF-8 as Latin-1."""
        if self.models:
            return self.models.respond(path.encode("latin-1").decode(errors="replace"), *asked)
        return self.model.respond(*asked)
