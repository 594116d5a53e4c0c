"""The default algorithm's project runs all of its tests in test_demo.py; the others run those that depend on theirs.

Each is generated with one of the server stacks, tried as its README says, and then served by the others, too.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

import environments
from console import Session, commands, part, without_image
from template import ROOT, Template

pytestmark = pytest.mark.slow

CHOICES = Template(ROOT).choices()
OTHERS = CHOICES["algorithm"][1:]
STACKS = CHOICES["server_stack"]
SLUG = "my-model"
LEFT, HOSTS = "Look at what training leaves", "Try it on this machine"


def stack_of(algorithm: str, other: int = 0) -> str:
    """The stack that the algorithm's project has, or the next one, or the one after that."""
    return STACKS[(OTHERS.index(algorithm) + other) % len(STACKS)]


@pytest.fixture(scope="module", params=OTHERS)
def project(request, bake) -> Path:
    project = bake.anew(algorithm=request.param, server_stack=stack_of(request.param))
    environments.make(project)
    return project


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


def test_its_own_tests_pass(project, template, request):
    algorithm = request.node.callspec.params["project"]
    own = sorted(name for name in template.option("algorithm", algorithm) if name.startswith("tests/test_"))
    own.append("tests/test_example.py")  # which says the same of every example
    command = [".venv/bin/pytest", "--quiet", "--numprocesses", "logical", "--dist", "loadscope", "--durations", "5"]
    result = subprocess.run([*command, *own], cwd=project, capture_output=True, text=True, timeout=900, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("other", range(1, len(STACKS)))
def test_every_other_stack_serves_it(other, project, bake, request):
    algorithm = request.node.callspec.params["project"]
    served = bake.anew(algorithm=algorithm, server_stack=stack_of(algorithm, other))
    (served / ".venv").symlink_to(project / ".venv")
    shutil.copytree(project / "local_test/test_dir/model", served / "local_test/test_dir/model")
    environments.install(served, "server")
    with Session(served) as session:
        session.run(*without_image(commands(part((served / "README.md").read_text(), "Quick start")), SLUG))
