"""Which models may be asked in the event loop."""

import os
import subprocess
import sys

import pytest
from serving import PROGRAM


@pytest.mark.parametrize(("wait", "may_be_quick"), [("0", "True"), ("2", "False")])
def test_with_micro_batches_every_prediction_has_a_thread_to_wait_in(trained, wait, may_be_quick):
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(trained.base), "BYOC_MICRO_BATCH_MS": wait}
    command = [sys.executable, "-c", "import service; print(service.inference.may_be_quick)"]
    said = subprocess.run(command, cwd=PROGRAM, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert said.stdout == f"{may_be_quick}\n", said.stderr
