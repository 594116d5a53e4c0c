"""Shared by all tests of the runtime: byoc from its source, folders laid out like /opt/ml, programs for `train`."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx.parser
import pytest

import byoc
import laid
import same_examples  # noqa: F401
from byoc.paths import Paths
from byoc.signature import Feature, Signature
from job_fixtures import environment_restored, feed, no_notices, paths  # noqa: F401

# What the hook lays over a project's byoc/ by choice: several hosts, and what algorithms share.
byoc.__path__.extend(sorted({*map(str, laid.PROJECT.glob("options/algorithm/*/byoc"))} - {*byoc.__path__}))


@pytest.fixture(scope="session")
def laid_byoc(tmp_path_factory) -> Path:
    """A byoc/ for processes: do not change it."""
    return laid.byoc(tmp_path_factory.mktemp("laid"))


@pytest.fixture(scope="session")
def run_train() -> Callable[..., subprocess.CompletedProcess]:
    """Run a program's `train` to its end as a process of its own: `run_train(ml, program)`."""

    def run(ml: Paths, program: Path) -> subprocess.CompletedProcess:
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(ml.base)}
        command = [sys.executable, program / "train"]
        return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=300)

    return run


@pytest.fixture(scope="session")
def onnx_folder(tmp_path_factory) -> Path:
    """A folder with an ONNX model, as training leaves it: it tells which of two numbers is larger."""
    model = onnx.parser.parse_model("""
        <ir_version: 10, opset_import: ["": 18]>
        larger (float[n, 2] features) => (string[n] label, float[n, 2] probabilities)
        <string[2] labels = {"left", "right"}>
        {
            probabilities = Softmax (features)
            places = ArgMax <axis = 1, keepdims = 0> (features)
            label = Gather (labels, places)
        }
    """)
    folder = tmp_path_factory.mktemp("onnx")
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    features = (Feature("a", "float32", 1.5), Feature("b", "float32", -2.0))
    (folder / "signature.json").write_bytes(Signature(features, ("left", "right")).to_json())
    return folder


@pytest.fixture
def program_with(tmp_path, laid_byoc) -> Callable[[str], Path]:
    """A program/ with the real `train` and an algorithm.py of the test's own, by its source; gives its folder."""
    return lambda source: laid.program(tmp_path, laid_byoc, algorithm=source)
