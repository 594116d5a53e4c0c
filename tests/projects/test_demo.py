"""`make demo` as on a fresh machine, then the project that it made: its own tests, and its README without Docker."""

import re
import subprocess
from pathlib import Path

import pytest

from console import Session, commands, make, part

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(demo) -> Path:
    clone, _ = demo
    return clone / "demo/my-model"


def test_the_demo_prints_the_metrics_the_predictions_and_three_commands_to_go_on_with(demo):
    _, output = demo
    assert re.search(r"^train:accuracy=0\.\d+$", output, re.MULTILINE)
    assert output.count("setosa") == 3 and output.count("virginica") == 6
    assert len(re.findall(r"^  \S.*", output.split("To go on:")[1], re.MULTILINE)) == 3
    assert "\x1b" not in output, "colours are for terminals"


def test_the_demo_leaves_no_server_behind(demo):
    clone, _ = demo
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(clone) not in processes


def test_the_projects_own_tests_pass(project):
    result = make(project, "test")
    assert result.returncode == 0, result.stdout
    assert int(re.search(r"(\d+) passed", result.stdout)[1]) > 10
    assert not re.search(r"\d+ (skipped|xfailed|deselected|warning)", result.stdout)


def test_the_projects_own_check_finds_nothing(project):
    result = make(project, "check")
    assert result.returncode == 0, result.stdout


@pytest.mark.wrk
def test_the_project_measures_itself_without_docker(project):
    result = make(project, "bench", "OPTIONS=--rounds 1 --seconds 1")
    assert result.returncode == 0, result.stdout
    assert "Left out of virtual environment: image above its base" in result.stdout
    assert result.stdout.count("Left out") == 1
    assert {file.name for file in (project / "benchmark-report").iterdir()} == {"benchmark.json", "benchmark.svg"}


def test_the_readme_holds_without_docker(project):
    readme = (project / "README.md").read_text()
    with Session(project) as session:
        session.run(*commands(part(readme, "Quick start")))


def test_another_run_over_the_same_folder_works(demo):
    clone, _ = demo
    result = make(clone, "demo")
    assert result.returncode == 0, result.stdout
