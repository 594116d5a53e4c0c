"""The benchmark for real, if only for seconds: every stack against the classic, Ctrl-C, and what the README shows."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from template import ROOT, Template, export

# What the classic container cannot have: this template's predictor.py, whose handler could be an empty one.
OF_THE_EMPTY_PREDICTION = {"empty_rate", "predicting"}
IMAGE = "byoc-template-benchmark-test"  # no other test builds this image
NEVER_READY = """\
FROM {base}
RUN printf '#!/bin/sh\\nexec sleep 600\\n' >/usr/local/bin/serve && chmod +x /usr/local/bin/serve
"""


def environment(template: Path) -> dict[str, str]:
    """As scripts/bench.sh sets it."""
    modules = template / "{{cookiecutter.project_slug}}"
    return {**os.environ, "PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": "1"}


def test_the_readme_and_the_picture_are_made_of_the_results(tmp_path):
    copy = export(tmp_path / "template").root
    command = [sys.executable, copy / "benchmarks/publish.py"]
    subprocess.run(command, env=environment(copy), check=True)
    for name in ("README.md", "benchmarks/results.svg"):
        assert (copy / name).read_text() == (ROOT / name).read_text(), f"{name} is not what `make bench` writes"
    assert "requests/s, 8 connections |" in (copy / "README.md").read_text()


def contestants(template: Template) -> list[str]:
    """What is compared with the classic container."""
    default, *stacks = template.choices()["server_stack"]
    return [default, f"{default}, serve only", *stacks]


def test_the_results_are_those_of_every_stack(template):
    results = json.loads((ROOT / "benchmarks/results.json").read_text())
    assert results["targets"] == ["classic", *contestants(template)]


@pytest.mark.docker
@pytest.mark.wrk
@pytest.mark.slow
def test_every_stack_is_measured_against_the_classic_container(template, tmp_path):
    command = [sys.executable, template.root / "benchmarks/compare.py", "--rounds", "1", "--seconds", "1"]
    done = subprocess.run(
        [*command, "--output", tmp_path], env=environment(template.root), capture_output=True, text=True, timeout=1200
    )
    assert done.returncode == 0, done.stdout + done.stderr
    stacks = template.choices()["server_stack"]
    images = [*(f"byoc-{stack}" for stack in stacks), f"byoc-{stacks[0]}-serve"]
    subprocess.run(["docker", "image", "rm", *images], check=True, capture_output=True)
    results = json.loads((tmp_path / "results.json").read_text())
    compared = contestants(template)
    assert results["targets"] == ["classic", *compared]
    assert set(results["left_out"]) == {"classic"}, results["left_out"]
    for key, summaries in results["figures"].items():
        assert list(summaries) == (compared if key in OF_THE_EMPTY_PREDICTION else ["classic", *compared]), key
        assert all(summary["median"] > 0 for summary in summaries.values()), key


@pytest.fixture
def image(template) -> Iterator[str]:
    """One that serves nothing."""
    base = template.questions["__base_images"]["python-slim"]
    content = NEVER_READY.format(base=base)
    subprocess.run(["docker", "build", "--quiet", "--tag", IMAGE, "-"], input=content, text=True, check=True)
    yield IMAGE
    subprocess.run(["docker", "image", "rm", "--force", IMAGE], capture_output=True, check=True)


@pytest.mark.docker
@pytest.mark.wrk
def test_ctrl_c_leaves_no_container(bake, image, tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model").touch()
    command = [sys.executable, "-m", "byoc.tools.benchmark", image, "--model", tmp_path / "model", "--report", tmp_path]
    running = subprocess.Popen(command, cwd=bake(), env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    deadline = time.monotonic() + 60
    while not containers():
        assert time.monotonic() < deadline and running.poll() is None
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130
    assert containers() == []


def containers() -> list[str]:
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"ancestor={IMAGE}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
