"""Projects with every server stack, served by their own `serve` from this environment, and models made by hand."""

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

import byoc
import same_examples  # noqa: F401
from byoc.paths import Paths
from example import SAMPLES, lay_larger, lay_tree
from serving_models import Models, lay_two_models, serving_models
from stacks import FRONTS, TEMPLATE, Front, marked, names

# The servers' own modules, from source. Rooms are namespace packages, so those of several folders combine; of uvicorn's
# and FastAPI's model_routes, only one is imported so: nothing here does.
for stack in ("nginx-gunicorn-flask", "uvicorn", "uvicorn-fastapi"):
    byoc.__path__.append(str(TEMPLATE.project / "options/server_stack" / stack / "byoc"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that wants a front runs for all that its file is about, unless it says for which itself."""
    said = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "front" in metafunc.fixturenames and not any("front" in arguments for arguments in said):
        fronts = [marked(name) for name in names(metafunc.definition.path)]
        metafunc.parametrize("front", fronts, indirect=True, scope="module")


@pytest.fixture(autouse=True)
def environment_restored() -> Iterator[None]:
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def project_of(bake) -> Callable[[str], Path]:
    """A stack's project, made once. Servers compile it, so it is not one that other tests see, too."""
    return functools.cache(lambda stack: bake.anew(server_stack=stack))


@pytest.fixture(scope="module")
def front(request, project_of) -> Front:
    """A way to serve, and a project to serve so: do not change it."""
    front = FRONTS[request.param]
    return replace(front, project=project_of(front.stack))


@pytest.fixture
def program_with(front, tmp_path) -> Callable[..., Path]:
    """The front's program with a predictor.py of the test's own, in a copy of the project, in which more is replaced.

    `program_with(source, (file, text, other_text)…)` gives its folder.
    """

    def copy(source: str, *replaced: tuple[str, str, str]) -> Path:
        project = tmp_path / "project"
        shutil.copytree(front.program, project / "program")
        shutil.copytree(front.project / "byoc", project / "byoc", ignore=shutil.ignore_patterns("tools", "image"))
        (project / "program/predictor.py").write_text(source, encoding="utf-8")
        for name, text, other in replaced:
            before = (project / name).read_text(encoding="utf-8")
            assert text in before
            (project / name).write_text(before.replace(text, other), encoding="utf-8")
        return project / "program"

    return copy


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder with the requests to the example's model, and its answers."""
    return SAMPLES


@pytest.fixture(scope="session")
def payload(samples) -> bytes:
    """Rows as a client of the example's model sends them."""
    return (samples / "payload.csv").read_bytes()


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Paths:
    """An /opt/ml with the example's model."""
    return lay_tree(tmp_path_factory.mktemp("trained") / "ml")


@pytest.fixture(scope="session")
def onnx_folder(tmp_path_factory) -> Path:
    """A folder with a model that tells which of two numbers is larger."""
    return lay_larger(tmp_path_factory.mktemp("onnx"))


@pytest.fixture
def paths(tmp_path) -> Paths:
    """An /opt/ml without a model."""
    paths = Paths(tmp_path / "ml")
    paths.model.mkdir(parents=True)
    return paths


@pytest.fixture(scope="module")
def two_models(trained, tmp_path_factory) -> Path:
    return lay_two_models(trained, tmp_path_factory.mktemp("multi"))


@pytest.fixture(scope="module")
def shared_models(front, two_models, tmp_path_factory) -> Iterator[Models]:
    with serving_models(front, two_models, tmp_path_factory.mktemp("serve") / "log") as models:
        yield models


@pytest.fixture
def models(shared_models) -> Iterator[Models]:
    """Those of a server that real requests reach. All are unloaded in the end."""
    yield shared_models
    shared_models.unload_all()
