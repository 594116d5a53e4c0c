"""Shared by all tests: folders laid out like /opt/ml, a model trained once, and copies of the program to change."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest import mock

import hypothesis
import onnx.parser
import pytest
from endpoint import Endpoint
from hypothesis.configuration import set_hypothesis_home_dir
from serving_models import Models, lay_two_models, serving_models
from stack import FRONTS

from byoc.paths import Paths
from byoc.signature import Feature, Signature

PROJECT = Path(__file__).resolve().parents[1]

# The same examples in every run: a test that fails does so because of a change, not because of luck.
hypothesis.settings.register_profile("project", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("project")
# What it notes while it collects tests shall not lie in the project.
HYPOTHESIS_NOTES = tempfile.TemporaryDirectory(prefix="hypothesis-")
set_hypothesis_home_dir(HYPOTHESIS_NOTES.name)


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def run_train() -> Callable[..., subprocess.CompletedProcess]:
    """Run `train` to its end as a process of its own: `run_train(paths)`, or with another folder than program/."""

    def run(paths: Paths, program: Path = PROJECT / "program") -> subprocess.CompletedProcess:
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
        command = [sys.executable, program / "train"]
        return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=300)

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory, run_train) -> Paths:
    """What `train` made of local_test/test_dir."""
    paths = Paths(tmp_path_factory.mktemp("trained") / "ml")
    shutil.copytree(PROJECT / "local_test" / "test_dir" / "input", paths.base / "input")
    run = run_train(paths)
    assert run.returncode == 0, run.stderr
    return paths


@pytest.fixture(scope="session")
def onnx_folder(tmp_path_factory) -> Path:
    """A folder with an ONNX model, whatever `train` leaves: it tells which of two numbers is larger."""
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


@pytest.fixture(autouse=True)
def environment_restored():
    """A job puts SM_* variables into its process (T-33), which here goes on to the next test."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture
def paths(tmp_path, monkeypatch) -> Paths:
    """An /opt/ml as a job finds it, with a channel `training` of four rows; SAGEMAKER_BASE_DIR names it."""
    paths = Paths(tmp_path / "ml")
    for folder in (paths.config, paths.data / "training", paths.model, paths.output_data):
        folder.mkdir(parents=True)
    (paths.config / "hyperparameters.json").write_text("{}")
    (paths.data / "training" / "rows.csv").write_text("a,1,10\nb,2,20\na,1.5,11\nb,2.5,21\n")
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(paths.base))
    return paths


@pytest.fixture
def feed() -> Iterator[Callable]:
    """Make a FIFO and write an epoch into it, as SageMaker does in Pipe mode: `feed(fifo, b"…", late=seconds)`."""
    threads = []

    def write(fifo: Path, content: bytes, late: float) -> None:
        time.sleep(late)
        os.mkfifo(fifo)
        with suppress(BrokenPipeError), fifo.open("wb") as writing:  # the reader may have enough before its end
            writing.write(content)

    def start(fifo: Path, content: bytes, late: float = 0.0) -> None:
        threads.append(threading.Thread(target=write, args=(fifo, content, late), daemon=True))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "the FIFO was not opened or not read"


@pytest.fixture
def program_with(tmp_path) -> Callable[[str], Path]:
    """A copy of program/ with an algorithm.py of the test's own: `program_with(source)` gives its folder."""

    def copy(source: str) -> Path:
        program = tmp_path / "program"
        shutil.copytree(PROJECT / "program", program, ignore=shutil.ignore_patterns("__pycache__"))
        (program / "algorithm.py").write_text(source, encoding="utf-8")
        return program

    return copy


@pytest.fixture(scope="session")
def payload(project) -> bytes:
    """Rows as a client of the example's model sends them."""
    return (project / "local_test" / "payload.csv").read_bytes()


@pytest.fixture(scope="module")
def two_models(trained, tmp_path_factory) -> Path:
    return lay_two_models(trained, tmp_path_factory.mktemp("multi"))


@pytest.fixture(scope="module", params=FRONTS)
def shared_models(request, two_models, tmp_path_factory) -> Iterator[Models]:
    with serving_models(two_models, request.param, tmp_path_factory.mktemp("serve") / "log") as models:
        yield models


@pytest.fixture
def models(shared_models) -> Iterator[Models]:
    """Those of a server that real requests reach. All are unloaded in the end."""
    yield shared_models
    shared_models.unload_all()


@pytest.fixture(scope="module")
def shared_endpoint(project, tmp_path_factory):
    with Endpoint(tmp_path_factory.mktemp("endpoint"), project / "program") as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(shared_endpoint):
    """An endpoint without models."""
    yield shared_endpoint
    for name in shared_endpoint.names():
        shared_endpoint.unload(name)
    shutil.rmtree(shared_endpoint.paths.models, ignore_errors=True)
    (shared_endpoint.folder / "left").unlink(missing_ok=True)


@pytest.fixture
def own_endpoint(project, tmp_path):
    """An endpoint that the test may end, with two threads a model."""
    with Endpoint(tmp_path, project / "program", SAGEMAKER_MODEL_SERVER_THREADS="2") as endpoint:
        yield endpoint
