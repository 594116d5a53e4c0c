"""The tools from their sources, and a project with a model to try them on."""

from pathlib import Path

import pytest

import byoc
from byoc.paths import Paths
from example import lay_tree
from local_scripts import copied
from template import ROOT, Template

# As the hook lays the folders of choices over a project: train_cluster.sh comes with what several hosts need.
OVERLAY = str(Template(ROOT).project / "options/algorithm/_distributed/byoc")
if OVERLAY not in byoc.__path__:
    byoc.__path__.append(OVERLAY)


@pytest.fixture(scope="session")
def default_project(bake) -> Path:
    """Do not change it."""
    return bake()


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Paths:
    """An /opt/ml with the default project's model."""
    return lay_tree(tmp_path_factory.mktemp("trained") / "ml")


@pytest.fixture
def project(bake, tmp_path: Path) -> Path:
    """A copy of a project, whose training takes no time."""
    return copied(bake(algorithm="xgboost"), tmp_path / "my project", "def train(job, hyperparameters): save(job)\n")
