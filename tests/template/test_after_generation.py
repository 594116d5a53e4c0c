"""What a person reads once a project is generated: where it is, and the first two commands."""

import os
import re
import subprocess
import sys

from console import make

SECOND = "  make serve"


def test_three_lines_say_where_and_the_first_commands(bake, tmp_path):
    """Typed in another folder than that of the project."""
    command = [sys.executable, "-m", "cookiecutter", str(bake.template.root), "--no-input", "project_slug=told"]
    command += ["--config-file", str(bake.config), "--output-dir", "a folder"]
    environment = {**os.environ, "PWD": str(tmp_path), "TMPDIR": str(bake.folder)}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    where, first, second = result.stdout.splitlines()
    assert where.startswith("The project is in a folder/told. ")
    assert (first, second) == ("  cd 'a folder/told' && make install train", SECOND)
    assert (tmp_path / "a folder/told/Makefile").exists()


def test_the_commands_are_there(bake):
    shown = make(bake(), "help").stdout
    assert {"install", "train", "serve"} <= set(re.findall(r"^([a-z-]+) ", shown, re.MULTILINE))


def test_cruft_says_none_of_it(bake, capfd):
    bake.with_cruft(project_slug="crufted")
    assert SECOND not in capfd.readouterr().out
