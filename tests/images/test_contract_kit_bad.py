"""The conformance kit names all faults of containers that are bad on purpose, and no other."""

import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

import figures
from kit_runs import side_by_side

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# Containers, and checks of each: they mostly wait for what never comes.
AT_ONCE, JOBS = 4, 6
TABLE = tomllib.loads(figures.BREAKS.read_text(encoding="utf-8"))
CLAIMS = (
    "pipelines serverless multi-model streaming bidirectional-streaming checkpoints distributed marketplace gpu pipe "
    "async"
)


@pytest.fixture(scope="module")
def reports(bake, tmp_path_factory) -> dict[str, dict]:
    """What the kit reports of every bad image, by its name."""
    runs = {name: partial(on_a_bad_one, TABLE["containers"][name], bake()) for name in TABLE["containers"]}
    return side_by_side(AT_ONCE, runs, tmp_path_factory.mktemp("reports"))


def on_a_bad_one(chosen: dict, project: Path, image: str, folder: Path) -> None:
    build = ["docker", "build", "--quiet", "--target", chosen["target"], "--tag", image, figures.BREAKS.parent]
    subprocess.run(build, check=True)
    (folder / "model").mkdir()
    (folder / "model" / "model").write_text("1")
    (folder / "wrong").write_text("never said")
    options = [option.format(folder=folder) for option in chosen["options"]]
    command = [sys.executable, "-B", "-m", "byoc.tools.contract", image, "--claim", CLAIMS, "--ready-limit", "40"]
    command += ["--jobs", str(JOBS), *options, "--report", folder]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 1, done.stdout + done.stderr


@pytest.mark.parametrize("name", TABLE["containers"])
def test_kit_names_exactly_what_is_broken(reports, name):
    named = {duty["id"] for duty in reports[name]["duties"] if duty["outcome"] == "not held"}
    assert named == set(TABLE["containers"][name]["breaks"].split())


def test_every_check_has_been_seen_to_fail(reports):
    there = {check for duty in reports["many"]["duties"] for check in duty["checks"]}
    failed = {
        name
        for bad in TABLE["containers"]
        for name, check in reports[bad]["checks"].items()
        if check["outcome"] == "not held"
    }
    assert there - failed == {*TABLE["never_fail"], *TABLE["slow"]}


def test_nothing_is_left_of_the_bad_containers(reports):
    assert {name: report["left"] for name, report in reports.items()} == dict.fromkeys(reports, 0)
