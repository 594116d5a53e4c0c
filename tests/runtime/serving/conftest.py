"""Shared by the tests of serving: a predictor.py of the test's own, and multi-model endpoints."""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from endpoint import Endpoint


@pytest.fixture
def predictor_py(tmp_path, monkeypatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import a predictor.py of the test's own by its name, as servers do: `predictor_py(source)` gives the module."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # the next may be as long, and of the same second

    def load(source: str) -> ModuleType:
        (tmp_path / "predictor.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        sys.modules.pop("predictor", None)
        return importlib.import_module("predictor")

    yield load
    sys.modules.pop("predictor", None)


@pytest.fixture
def predictor_with(tmp_path, predictor_py):
    """A predictor whose predictor.py is the source given."""

    def load(source: str, **environment: str) -> Predictor:
        return Predictor(tmp_path, Settings.from_environment(environment), predictor_py(source))

    return load


@pytest.fixture(scope="module")
def shared_endpoint(laid_byoc, tmp_path_factory) -> Iterator[Endpoint]:
    with Endpoint(tmp_path_factory.mktemp("endpoint"), laid_byoc) as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(shared_endpoint) -> Iterator[Endpoint]:
    """An endpoint without models."""
    yield shared_endpoint
    for name in shared_endpoint.names():
        shared_endpoint.unload(name)
    shutil.rmtree(shared_endpoint.paths.models, ignore_errors=True)
    (shared_endpoint.folder / "left").unlink(missing_ok=True)


@pytest.fixture
def own_endpoint(laid_byoc, tmp_path) -> Iterator[Endpoint]:
    """An endpoint that the test may end, with two threads a model."""
    with Endpoint(tmp_path, laid_byoc, SAGEMAKER_MODEL_SERVER_THREADS="2") as endpoint:
        yield endpoint
