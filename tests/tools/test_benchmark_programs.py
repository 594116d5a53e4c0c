"""Every program that the Makefile measures with starts in the environment that `make .venv/test` makes."""

import os
import re
import subprocess
import sys

import pytest

from template import ROOT

PROGRAMS = re.findall(r"benchmarks/\w+\.py", (ROOT / "Makefile").read_text(encoding="utf-8"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_starts(program):
    environment = os.environ | {"PYTHONPATH": "tests/support", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, program, "--help"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"usage: {program.partition('/')[2]} ")
