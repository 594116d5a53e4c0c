"""The service that all routes share: settings, the model or models, metrics, log, the inference threads."""

import sys

from byoc.errors import ModelError, SettingError
from byoc.serving import handlers, prediction_paths
from byoc.serving.asgi import conversation
from byoc.serving.asgi.access_log import AccessLog
from byoc.serving.asgi.inference import Inference
from byoc.serving.asgi.invocations import Invocations
from byoc.serving.metrics import INVOCATIONS, MODEL_INVOCATIONS, Metrics
from byoc.serving.predictor import Predictor
from byoc.settings import Settings


class Service:
    """One server. It has a `model`, or on a multi-model endpoint `models`; the other of the two is None."""

    def __init__(self, module: str):
        """Import `module`, the project's predictor.py, and load the model; ends the program if that fails."""
        try:
            self.settings = settings = Settings.from_environment()
            self.model = None if settings.multi_model else Predictor.from_environment(handlers.load(module))
        except (ModelError, SettingError) as error:
            sys.exit(f"serve: {error}")
        self.metrics = Metrics(2 * settings.workers)  # one that is replaced goes on until it has answered what it has
        self.access_log = AccessLog()
        self.models = None
        if settings.multi_model:
            from byoc.serving.multi_model.requests import Models  # whoever serves one model does not pay for it

            self.models = Models.from_environment(settings)
            route, respond, may_be_quick = MODEL_INVOCATIONS, self.models.respond, False
        else:
            model = self.model
            may_be_quick = not (model.has_handlers or settings.micro_batch_ms)  # a request may wait for others
            route, respond = INVOCATIONS, lambda path, *asked: model.respond(*asked)
        self.inference = Inference(settings, respond, may_be_quick)
        self.invoke = Invocations(self.inference, self.metrics, self.access_log, route)

    def predicts(self, path: str) -> bool:
        """Whether POST to the path is a prediction."""
        return prediction_paths.predicts(path, self.settings.multi_model)

    async def converse(self, scope, receive, send) -> None:
        """A conversation takes a place like any request; without one, or without its handler, it is refused."""
        converse, inference = self.model and self.model.converse, self.inference
        if scope["path"] != conversation.PATH or not converse or inference.places <= 0:
            await conversation.refuse(receive, send)
            return
        inference.places -= 1
        try:
            await conversation.hold(converse, receive, send)
        finally:
            inference.places += 1
