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
STEPS = ("2. Train", "6. Predict")  # which say the same without an image


def stack_of(algorithm: str, other: int = 0) -> str:
    """The stack that the algorithm's project has, or the next one, or the one after that."""
    return STACKS[(OTHERS.index(algorithm) + other) % len(STACKS)]


@pytest.fixture(scope="module", params=OTHERS)
def project(request, bake) -> Path:
    project = bake.anew(algorithm=request.param, server_stack=stack_of(request.param))
    environments.make(project)
    return project


def test_the_readme_holds_without_docker(project):
    readme = (project / "README.md").read_text()
    steps = part(readme, "With Docker").split("\n### ")
    chosen = [step for name in STEPS for step in steps if step.startswith(name)]
    assert len(chosen) == len(STEPS)
    with Session(project) as session:
        session.run(*commands(part(readme, "# ")), *commands(part(readme, "Without Docker")))
        session.run(*without_image(commands("\n".join(chosen)), SLUG))


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
        session.run(*commands(part((served / "README.md").read_text(), "Without Docker")))
