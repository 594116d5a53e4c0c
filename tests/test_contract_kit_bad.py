"""The conformance kit on containers that break the contract on purpose: it names exactly what they break."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.kit]

BAD = Path(__file__).with_name("bad_container")
TABLE = tomllib.loads((BAD / "breaks.toml").read_text(encoding="utf-8"))
CLAIMS = (
    "pipelines serverless multi-model streaming bidirectional-streaming checkpoints marketplace gpu pipe distributed"
)


@pytest.fixture(scope="module")
def reports(bake, tmp_path_factory) -> dict[str, dict]:
    """What the kit reports of every bad container, by its name."""
    folder = tmp_path_factory.mktemp("reports")
    return {name: report(bake(), name, folder / name) for name in TABLE["containers"]}


def report(project: Path, name: str, folder: Path) -> dict:
    chosen = TABLE["containers"][name]
    image = f"byoc-bad-{name}"
    subprocess.run(["docker", "build", "--quiet", "--target", chosen["target"], "--tag", image, BAD], check=True)
    try:
        (folder / "model").mkdir(parents=True)
        (folder / "model" / "model").write_text("1")
        (folder / "wrong").write_text("never said")
        options = [option.format(folder=folder) for option in chosen["options"]]
        command = [sys.executable, "-m", "tests.contract", image, "--claim", CLAIMS, "--ready-limit", "20", *options]
        done = subprocess.run([*command, "--report", folder], cwd=project, capture_output=True, text=True, timeout=900)
        assert done.returncode == 1, done.stdout + done.stderr
        return json.loads((folder / "report.json").read_text())
    finally:
        subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True, check=False)


@pytest.mark.parametrize("name", TABLE["containers"])
def test_kit_names_exactly_what_is_broken(reports, name):
    named = {duty["id"] for duty in reports[name]["duties"] if duty["outcome"] == "not held"}
    assert named - set(TABLE["by_luck"]) == set(TABLE["containers"][name]["breaks"].split())


def test_every_check_has_been_seen_to_fail(reports):
    made, failed = set(), set()
    for found in reports.values():
        made |= found["checks"].keys()
        failed |= {name for name, check in found["checks"].items() if check["outcome"] == "not held"}
    by_luck = {
        check for duty in reports["many"]["duties"] if duty["id"] in TABLE["by_luck"] for check in duty["checks"]
    }
    assert made - failed - by_luck == set(TABLE["never_fail"])


def test_nothing_is_left_of_the_containers(reports):
    left = subprocess.check_output(["docker", "ps", "--all", "--quiet", "--filter", "name=contract-kit-"], text=True)
    assert left == ""
