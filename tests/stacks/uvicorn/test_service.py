"""Which models may be asked in the event loop."""

import os
import subprocess
import sys

import pytest
from serving import PROGRAM


@pytest.mark.parametrize("wait", ["0", "2"])
def test_with_micro_batches_or_handlers_every_prediction_has_a_thread_to_wait_in(trained, wait):
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(trained.base), "BYOC_MICRO_BATCH_MS": wait}
    command = [
        sys.executable,
        "-c",
        "import service; print(service.inference.may_be_quick, service.model.has_handlers)",
    ]
    said = subprocess.run(command, cwd=PROGRAM, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    may_be_quick, has_handlers = (word == "True" for word in said.stdout.split())
    assert may_be_quick is (wait == "0" and not has_handlers), said.stderr
