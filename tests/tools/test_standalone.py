"""The kit and the benchmark need Python and Docker only: byoc/ alone, with no project around it and no package."""

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from console import commands, part
from template import ROOT, Template

BARE = [sys._base_executable, "-S", "-E", "-B"]  # the Python that has no packages
BAD = ROOT / "tests/images/bad_container"
KIT, BENCHMARK = "byoc.tools.contract", "byoc.tools.benchmark"


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Path:
    """A folder with byoc/ and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(Template(ROOT).project / "byoc", folder / "byoc")
    return folder


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    """One that trains and serves, and has nothing to do with this template."""
    image = f"byoc-template-standalone-{uuid.uuid4().hex[:8]}"
    subprocess.run(["docker", "build", "--quiet", "--target", "others", "--tag", image, BAD], check=True)
    yield image
    subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True, check=True)


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run([*BARE, "-m", *words], cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def lay_ml(folder: Path) -> Path:
    """The least that a training job is given."""
    data = folder / "input/data/training"
    data.mkdir(parents=True)
    (data / "rows.csv").write_text("a,1,2\nb,3,4\n")
    return folder


@pytest.mark.parametrize("program", [KIT, BENCHMARK])
def test_help_needs_no_package_and_no_project(alone, program):
    told = run(alone, program, "--help")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"usage: python3 -m {program} ")


@pytest.mark.parametrize(("program", "options"), [(KIT, ["--test-dir", "--payload"]), (BENCHMARK, ["--payload"])])
def test_what_no_project_gives_is_asked_for_by_its_option(alone, tmp_path, program, options):
    given = {"--test-dir": lay_ml(tmp_path)}
    for number, option in enumerate(options):
        words = [word for name in options[:number] for word in (name, given[name])]
        told = run(alone, program, "an-image", *words)
        assert told.returncode != 0 and "Traceback" not in told.stderr
        assert option in told.stderr.splitlines()[-1]


def test_a_model_that_no_project_has_trained_is_asked_for_by_its_option(alone, tmp_path):
    (tmp_path / "payload.csv").write_text("1,2\n")
    told = run(alone, BENCHMARK, "an-image", "--payload", tmp_path / "payload.csv")
    assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
    assert "--model" in told.stderr


@pytest.mark.docker
def test_the_kit_checks_an_image_that_is_not_this_templates(alone, image, tmp_path):
    (tmp_path / "payload.csv").write_text("1,2\n")
    words = ["--payload", tmp_path / "payload.csv", "--test-dir", lay_ml(tmp_path / "ml"), "--only", "T-01"]
    told = run(alone, KIT, image, *words, "--report", tmp_path / "report")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "All 1 MUSTs that could be checked hold." in told.stdout
    assert (tmp_path / "report/report.json").exists()


@pytest.mark.docker
def test_the_readme_says_so_in_two_lines_that_work(template, image, tmp_path):
    """The second as it stands, beside the clone that the first one makes, on another image and for one duty."""
    clone, check = commands(part((ROOT / "README.md").read_text(encoding="utf-8"), "Check any image"))[:2]
    assert clone.line.split()[:2] == ["git", "clone"]
    (tmp_path / clone.line.split()[-1].rpartition("/")[2]).symlink_to(template.root)
    lay_ml(tmp_path / re.search(r"--test-dir (\S+)", check.line)[1])
    (tmp_path / re.search(r"--payload (\S+)", check.line)[1]).write_text("1,2\n")
    line, times = re.subn(r"(?<= )my-image\b", image, check.line)
    assert times == 1
    before = sorted(template.root.rglob("*"))
    told = subprocess.run(
        ["bash", "-c", f"{line} --only T-01"], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert sorted(template.root.rglob("*")) == before  # what lies there would be generated into every project
    assert (tmp_path / "contract-report/report.md").exists()
