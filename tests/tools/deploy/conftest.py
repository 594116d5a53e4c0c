"""A small project to build and push, with a registry and an AWS of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aws import Ecr, Project, running_ecr


@pytest.fixture(scope="session")
def ecr(tmp_path_factory) -> Iterator[Ecr]:
    with running_ecr(tmp_path_factory.mktemp("ecr")) as stand_in:
        yield stand_in


@pytest.fixture
def project(tmp_path, ecr) -> Iterator[Project]:
    project = Project.make(tmp_path, ecr)
    yield project
    project.remove_images()


@pytest.fixture
def tools(tmp_path, project) -> Path:
    """A folder that can be the whole PATH: it holds all that the scripts need."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in ("bash", "cat", "date", "dirname", "env", "grep", "head", "mktemp", "rm", "sed", "tr", "aws", "docker"):
        (folder / tool).symlink_to(shutil.which(tool, path=project.environment["PATH"]))
    return folder
