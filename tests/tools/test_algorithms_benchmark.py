"""Every algorithm against its framework's own plain script, for real, if only for a moment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from template import ROOT, export

COMMAND = [sys.executable, ROOT / "benchmarks/algorithms.py"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "tests/support"), "PYTHONDONTWRITEBYTECODE": "1"}
PLAIN = "plain_scripts"
# Each leaves nothing to compare with, for the reason given.
WITHOUT = {"custom": "it is NumPy alone, without a framework", "onnx": "it is given its model"}


@pytest.fixture(scope="module")
def results() -> dict:
    return json.loads((ROOT / "benchmarks/algorithms.json").read_text())


def test_every_algorithm_is_compared_or_has_a_reason_not_to_be(template, results):
    algorithms = template.choices()["algorithm"]
    assert [name for name in algorithms if name not in WITHOUT] == list(results)
    assert {file.stem for file in (template.root / "benchmarks" / PLAIN).iterdir()} == set(results)


def test_none_is_worse_than_the_plain_script(results):
    """By more than one standard error: of networks the first weights are drawn, and in another order by each script."""
    for name, found in results.items():
        assert found["metric"] == "accuracy", f"{name}: state what is no worse"
        error = (found["plain"] * (1 - found["plain"]) / found["held_out"]) ** 0.5
        assert found["project"] >= found["plain"] - error, f"{name}: {found}"


def test_the_readme_shows_the_results(tmp_path):
    copy = export(tmp_path / "template").root / "benchmarks"
    subprocess.run(
        [sys.executable, "-c", "import algorithms; algorithms.publish()"], cwd=copy, env=ENVIRONMENT, check=True
    )
    assert (copy / "README.md").read_text() == (ROOT / "benchmarks/README.md").read_text()
    assert "| decision-tree |" in (copy / "README.md").read_text()


@pytest.mark.slow
def test_an_algorithm_is_measured(made, tmp_path):
    python = made / ".venv/bin/python"
    arguments = ["decision-tree", "--python", f"decision-tree={python}", "--rounds", "1", "--output", tmp_path]
    subprocess.run([*COMMAND, *arguments], env=ENVIRONMENT, check=True, timeout=300)
    found = json.loads(Path(tmp_path, "algorithms.json").read_text())["decision-tree"]
    assert (found["rows"], found["held_out"], found["metric"]) == (112, 38, "accuracy")
    assert found["project"] == found["plain"] > 0.9
    assert found["ratio"] == pytest.approx(found["project_us"] / found["plain_us"])


def test_an_algorithm_without_a_plain_script_is_refused_by_its_name(tmp_path):
    command = [*COMMAND, "none", "--output", tmp_path]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"none has no script in {PLAIN}/; those that do: decision-tree, " in done.stderr
