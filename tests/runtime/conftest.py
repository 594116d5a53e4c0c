"""Shared by all tests of the runtime: byoc from its source, folders laid out like /opt/ml, programs for `train`."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest import mock

import onnx.parser
import pytest

import byoc
import laid
import same_examples  # noqa: F401
from byoc.paths import Paths
from byoc.signature import Feature, Signature

# What the hook lays over a project's byoc/ by choice: several hosts, and what algorithms share.
byoc.__path__.extend(sorted({*map(str, laid.PROJECT.glob("options/algorithm/*/byoc"))} - {*byoc.__path__}))


@pytest.fixture(scope="session")
def laid_byoc(tmp_path_factory) -> Path:
    """A byoc/ for processes: do not change it."""
    return laid.byoc(tmp_path_factory.mktemp("laid"))


@pytest.fixture(scope="session")
def run_train() -> Callable[..., subprocess.CompletedProcess]:
    """Run a program's `train` to its end as a process of its own: `run_train(paths, program)`."""

    def run(paths: Paths, program: Path) -> subprocess.CompletedProcess:
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
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
def program_with(tmp_path, laid_byoc) -> Callable[[str], Path]:
    """A program/ with the real `train` and an algorithm.py of the test's own, by its source; gives its folder."""
    return lambda source: laid.program(tmp_path, laid_byoc, algorithm=source)
