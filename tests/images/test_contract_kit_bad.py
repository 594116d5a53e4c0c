"""The conformance kit names all faults of containers that are bad on purpose, and no other."""

import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

import figures
from kit_runs import look_again, side_by_side

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# Containers, and checks of each: they mostly wait for what never comes.
AT_ONCE, JOBS = 3, 5
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

    def run(more: list[str]) -> None:
        command = [sys.executable, "-B", "-m", "byoc.tools.contract", image, "--claim", CLAIMS, "--ready-limit", "40"]
        command += [*more, "--report", folder]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=1800, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr

    run(["--jobs", str(JOBS), *options])
    breaks = set(chosen["breaks"].split())
    look_again(folder, lambda report: named(report) ^ breaks, lambda only: run([*without_only(options), *only]))


def named(report: dict) -> set[str]:
    return {duty["id"] for duty in report["duties"] if duty["outcome"] == "not held"}


def without_only(options: list[str]) -> list[str]:
    pairs = zip(options[::2], options[1::2], strict=True)
    return [word for pair in pairs if pair[0] != "--only" for word in pair]


@pytest.mark.parametrize("name", TABLE["containers"])
def test_kit_names_exactly_what_is_broken(reports, name):
    assert named(reports[name]) == set(TABLE["containers"][name]["breaks"].split())


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
