"""What is tried of each algorithm's project: its README without Docker, its owner's tests, ours, and other servers.

An environment is made once for all algorithms that a worker tries, as their locks agree.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

import own_data
from console import Session, commands, make, part, without_image
from shared_environment import SharedEnvironment
from template import ROOT, Template

pytestmark = pytest.mark.slow

TEMPLATE = Template(ROOT)
HERE = Path(__file__).parent
STACKS = TEMPLATE.choices()["server_stack"]
ALGORITHMS = TEMPLATE.choices()["algorithm"]
SLUG = "my-model"
LEFT, HOSTS = "Look at what training leaves", "Try it on this machine"  # parts of pages
# Of those whose packages only their own environment has, for data of two kinds; the others: test_owners_tests.py.
OWN_DATA = {
    "xgboost": {own_data.labels: {}, own_data.quantities: {"objective": "reg:squarederror"}},
    "lightgbm": {own_data.labels: {}, own_data.quantities: {"objective": "regression"}},
    "pytorch": {own_data.labels: {"epochs": "20"}, own_data.quantities: {"task": "regression"}},
    "keras": {own_data.labels: {"epochs": "20"}, own_data.quantities: {"task": "regression"}},
}


def stack_of(algorithm: str, other: int = 0) -> str:
    """The stack that the algorithm's project has, or the next one, or the one after that."""
    return STACKS[(ALGORITHMS.index(algorithm) + other) % len(STACKS)]


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> SharedEnvironment:
    return SharedEnvironment(tmp_path_factory.mktemp("shared") / "venv")


# The last take longest, so they begin first.
@pytest.fixture(scope="module", params=reversed(ALGORITHMS))
def project(request, bake, shared) -> Path:
    """The project of every algorithm in turn."""
    project = bake.anew(algorithm=request.param, server_stack=stack_of(request.param))
    shared.give(project)
    return project


def folders(algorithm: str) -> list[Path]:
    """Those of our tests, of the algorithm and of what it builds on."""
    found = []
    while algorithm:
        found.append(HERE / algorithm)
        algorithm = TEMPLATE.builds_on("algorithm", algorithm)
    return [folder for folder in found if folder.exists()]


@pytest.fixture
def algorithm(request) -> str:
    return request.node.callspec.params["project"]


def test_the_readme_holds_without_docker(project):
    """With what it says of Docker and what holds without an image, too."""
    readme, walkthrough = ((project / name).read_text() for name in ("README.md", "docs/walkthrough.md"))
    (predict,) = (step for step in part(readme, "With Docker").split("\n### ") if step.startswith("Predict"))
    without = without_image(commands(part(walkthrough, LEFT)) + commands(predict), SLUG)
    assert len(without) == 5
    with Session(project) as session:
        session.run(*commands(part(readme, "Quick start")), *without)


def test_it_trains_on_several_hosts_as_its_page_says(project):
    """The rest of the page needs an image: see test_walkthrough.py."""
    page = project / "docs/hosts.md"
    assert page.exists() == (project / "byoc/hosts/heartbeat.py").exists()
    if page.exists():
        with Session(project) as session:
            session.run(commands(part(page.read_text(), HOSTS))[0])


def test_its_owners_tests_pass(project):
    result = make(project, "test")
    assert result.returncode == 0, result.stdout


def test_its_owners_tests_hold_for_an_owners_data(project, algorithm, bake):
    for drawn, hyperparameters in OWN_DATA.get(algorithm, {}).items():
        owned = bake.anew(algorithm=algorithm, server_stack=stack_of(algorithm))
        (owned / ".venv").symlink_to(project / ".venv")
        own_data.lay(owned, list(drawn(300)), hyperparameters)
        own_data.hold(owned)


def test_ours_pass(project, algorithm):
    """In one process: others are at work beside it."""
    tests = folders(algorithm)
    paths = [project, project / "program", HERE, *tests, HERE.parent / "runtime", HERE.parent / "support"]
    command = [
        ".venv/bin/pytest",
        "--quiet",
        "--noconftest",
        "--config-file",
        HERE / "algorithm_tests.ini",
        "--durations",
        "5",
    ]
    command += [
        "-p",
        "algorithm_fixtures",
        "-p",
        "job_fixtures",
        "--override-ini",
        f"pythonpath={shlex.join(map(str, paths))}",
    ]
    command += ["-p", "no:cacheprovider", *tests, HERE / "test_example.py"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    result = subprocess.run(command, cwd=project, env=environment, timeout=900, check=False, **streams)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("other", range(1, len(STACKS)))
def test_every_other_stack_serves_it(other, project, shared, algorithm, bake):
    """With the model of the algorithm's own project: what trains is the same, whatever serves."""
    served = bake.anew(algorithm=algorithm, server_stack=stack_of(algorithm, other))
    shared.give(served)
    shutil.copytree(project / "local_test/test_dir/model", served / "local_test/test_dir/model")
    train, *others = commands(part((served / "README.md").read_text(), "Quick start"))
    assert train.line == "make install train"
    with Session(served) as session:
        session.run(*others)
