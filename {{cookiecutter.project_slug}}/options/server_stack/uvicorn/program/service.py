"""What the routes share: the settings, the model or models, and what counts, logs and runs."""

import sys

import predictor
from access_log import AccessLog
from byoc.errors import ModelError, SettingError
from byoc.metrics import INVOCATIONS, MODEL_INVOCATIONS, Metrics
from byoc.settings import Settings
from inference import Inference
from invocations import Invocations

try:
    settings = Settings.from_environment()
    model = None if settings.multi_model else predictor.Predictor.from_environment()
except (ModelError, SettingError) as error:
    sys.exit(f"serve: {error}")

metrics = Metrics(2 * settings.workers)  # one that is replaced goes on until it has answered what it has
access_log = AccessLog()

if settings.multi_model:
    from byoc.multi_model import Models  # not above: whoever serves one model does not pay for it

    models = Models.from_environment(settings)
    inference = Inference(settings, models.respond, may_be_quick=False)
    invoke = Invocations(inference, metrics, access_log, MODEL_INVOCATIONS)
else:
    may_be_quick = not (model.has_handlers or settings.micro_batch_ms)  # a request may wait for others
    inference = Inference(settings, lambda path, *asked: model.respond(*asked), may_be_quick)
    invoke = Invocations(inference, metrics, access_log, INVOCATIONS)
