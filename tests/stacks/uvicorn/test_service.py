"""Which models may be asked in the event loop."""

import os
import subprocess
import sys

import pytest

HANDLER = "def predict_fn(data, model): return model.predict(data)"
SAYING = "import asgi; print(asgi.service.inference.may_be_quick, asgi.service.model.has_handlers)"


@pytest.mark.parametrize("wait", ["0", "2"])
@pytest.mark.parametrize("handlers", ["", HANDLER], ids=["no handlers", "a handler"])
def test_with_micro_batches_or_handlers_every_prediction_has_a_thread_to_wait_in(program_with, trained, wait, handlers):
    program = program_with(handlers)
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(trained.base), "BYOC_MICRO_BATCH_MS": wait}
    environment["PYTHONPATH"] = str(program.parent)
    command = [sys.executable, "-c", SAYING]
    said = subprocess.run(command, cwd=program, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    may_be_quick, has_handlers = (word == "True" for word in said.stdout.split())
    assert has_handlers is bool(handlers), said.stderr
    assert may_be_quick is (wait == "0" and not has_handlers), said.stderr
