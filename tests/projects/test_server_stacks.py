"""The default stack runs all of its project's tests in test_demo.py; the others run those that depend on the stack."""

import subprocess
from pathlib import Path

import pytest

from template import ROOT, Template

pytestmark = pytest.mark.slow

OTHERS = Template(ROOT).choices()["server_stack"][1:]
# What these try is in the processes and the protocol, which a stack that builds on another one has from that one.
SUBJECTS = ("busy", "ends", "malformed", "micro_batches", "multi_model_load", "slow_clients")


@pytest.mark.parametrize("stack", OTHERS)
def test_the_tests_of_servers_and_of_the_stack_pass(stack, template, with_stack):
    project: Path = with_stack(stack)
    own = {Path(name).name for name in template.option("server_stack", stack) if name.startswith("tests/test_")}
    served = {file.name for file in project.glob("tests/test_serve*.py")}
    if template.builds_on("server_stack", stack):
        served -= {f"test_serve_{subject}.py" for subject in SUBJECTS}
    files = [f"tests/{name}" for name in sorted(own | served)]
    command = [".venv/bin/pytest", "--quiet", "--numprocesses", "logical", "--dist", "loadscope", *files]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=900, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
