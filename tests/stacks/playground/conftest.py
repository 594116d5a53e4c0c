"""The page that `serve_local.sh` offers at `/`, in a real browser, from every server stack."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from acting import Server, served

from browser import opened
from example import lay_tree
from template import ROOT, Template


@pytest.fixture(scope="module", params=Template(ROOT).choices()["server_stack"])
def trained(request, bake) -> Path:
    """A project with the stack, this environment and the example's model: do not change it."""
    project = bake.anew(server_stack=request.param)
    (project / ".venv").symlink_to(sys.prefix)
    test_dir = project / "local_test/test_dir"
    shutil.rmtree(test_dir)
    lay_tree(test_dir)
    return project


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], Server]]:
    with ExitStack() as running:
        yield lambda project: running.enter_context(served(project))


@pytest.fixture(scope="module")
def server(trained, serve) -> Server:
    return serve(trained)


@pytest.fixture
def variant(trained, serve, tmp_path) -> Callable[[str, str], Server]:
    """A server of the same project in which one file has another text."""

    def start(name: str, text: str) -> Server:
        project = tmp_path / "variant"
        shutil.copytree(trained, project, symlinks=True)
        (project / name).write_text(text, encoding="utf-8")
        return serve(project)

    return start


@pytest.fixture
def page(server, browser):
    with opened(browser, server.url) as page:
        yield page
