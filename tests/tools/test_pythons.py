"""byoc/image/pythons.py: which Pythons there are packages for, said by everything alike."""

import re
import subprocess
import sys

import pytest

from byoc.image.pythons import PYTHONS, refusal
from console import make
from template import ROOT, Template

PROJECT = Template(ROOT).project
OURS = "make install PYTHON=python3.13"
RANGE = f"{PYTHONS[0]} to {PYTHONS[-1]}"


@pytest.fixture
def pretending(tmp_path):
    """A Python that says that it is of another version, and can make no environment."""

    def python(version: str) -> str:
        (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.version = '{version} (main)'\n")
        program = tmp_path / "python"
        program.write_text(f'#!/bin/sh\n[ "$1" != -m ] || exit 9\nPYTHONPATH={tmp_path} exec python3 -B "$@"\n')
        program.chmod(0o755)
        return str(program)

    return python


@pytest.mark.parametrize("version", ["3.11.0", "3.12.4", "3.13.9", "3.14.0rc2"])
def test_a_python_that_packages_are_locked_for_is_taken(version):
    assert refusal("python3 is", OURS, version) == ""


def test_the_script_says_nothing_of_one_that_it_takes():
    command = [sys.executable, PROJECT / "byoc/image/pythons.py", "python3 is", OURS]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@pytest.mark.parametrize("version", ["2.7.18", "3.1.5", "3.9.2", "3.10.12"])
def test_an_older_one_is_refused_with_the_way_out(version):
    expected = f"python3 is Python {version}, and {RANGE} is needed; choose another with: {OURS}"
    assert refusal("python3 is", OURS, version) == expected


@pytest.mark.parametrize("version", ["3.15.0", "3.15.0a1", "3.20.1", "4.0.0"])
def test_a_newer_one_is_told_why(version):
    expected = (
        f"python3 is Python {version}, and {RANGE} is needed, as packages such as ONNX Runtime come some months after "
        f"a new Python; choose another with: {OURS}"
    )
    assert refusal("python3 is", OURS, version) == expected


@pytest.mark.parametrize("version", ["3.10.12", "3.15.1"])
def test_both_makefiles_refuse_it_in_one_line(bake, pretending, template, version):
    python = pretending(version)
    for folder, target, way_out in ((bake(), "install", OURS), (template.root, "demo", "make PYTHON=python3.13")):
        result = make(folder, "--no-print-directory", target, f"PYTHON={python}")
        assert result.returncode != 0
        said = [line for line in result.stdout.splitlines() if not line.startswith("make")]
        assert said == [refusal(f"{python} is", way_out, version)]
    assert not (bake() / ".venv").exists()


def test_pages_and_settings_say_the_same(template):
    """The kit and the benchmark need no packages, and so have no newest Python."""
    newest = [int(part) for part in PYTHONS[-1].split(".")]
    needed = f'requires-python = ">={PYTHONS[0]},<{newest[0]}.{newest[1] + 1}"'
    assert needed in (PROJECT / "pyproject.toml").read_text()
    assert f"--python-version {PYTHONS[0]} " in (PROJECT / "byoc/tools/packages/lock.sh").read_text()
    pages = [ROOT / "README.md", PROJECT / "README.md", PROJECT / "docs/image.md", PROJECT / "docs/packages.md"]
    for page in pages:
        said = set(re.findall(r"Python (3\.\d+ (?:to|or|and) \S+)", page.read_text(encoding="utf-8")))
        assert {each.rstrip(".,") for each in said} == {RANGE}, page
