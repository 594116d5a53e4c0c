"""A project is one that its owner can read: few files of theirs, and nothing that no answer needs."""

import subprocess
from pathlib import Path

import pytest

from template import ROOT, Template, files_in

TEMPLATE = Template(ROOT)
ALGORITHMS = TEMPLATE.choices()["algorithm"]
STACKS = TEMPLATE.choices()["server_stack"]
# Nine of these are for AWS and updates: sagemaker.toml, deploy/sagemaker, own.mk, base_image.txt and their like.
MOST = {"outside byoc/": 69, "in program/": 10, "in tests/": 8}
# One that trains on several hosts has all of these, and any other has none.
OF_SEVERAL_HOSTS = {
    "byoc/hosts/collectives.py",
    "byoc/hosts/heartbeat.py",
    "byoc/tools/cluster/__main__.py",
    "docs/hosts.md",
    "local_test/train_cluster.sh",
}
# Trains on one host, by parts that it shares with one that trains on several.
SHARES = {"keras"}
STREAMING = "docs/streaming.md"


def counts(project: Path) -> dict[str, int]:
    """The files that are not the template's own, and those of the folders that an owner works in."""
    files = files_in(project)
    return {
        "outside byoc/": sum(not name.startswith("byoc/") for name in files),
        "in program/": sum(name.startswith("program/") for name in files),
        "in tests/": sum(name.startswith("tests/") for name in files),
    }


@pytest.mark.parametrize("stack", STACKS)
def test_the_default_algorithms_project_is_small(bake, stack):
    found = counts(bake(server_stack=stack))
    assert {place: count for place, count in found.items() if count > MOST[place]} == {}, found


@pytest.mark.parametrize("base", ["python-slim", "cuda"])
def test_onnx_runtime_is_locked_where_a_model_may_be_onnx_and_nowhere_else(bake, base):
    """It is 41 MB, and many times that for CUDA, of which the example in `custom` has no use."""
    for algorithm in ALGORITHMS:
        locks = (bake(algorithm=algorithm, base_image=base) / "requirements").glob("*.txt")
        assert any("\nonnxruntime" in f"\n{lock.read_text()}" for lock in locks) is (algorithm != "custom"), algorithm


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_owner_has_at_most_so_many_tests(bake, algorithm, record_property):
    """Of other algorithms than the default, program/ may hold more. The report, --junitxml, has all counts."""
    found = counts(bake(algorithm=algorithm))
    for place, count in found.items():
        record_property(place, count)
    assert 0 < found["in tests/"] <= MOST["in tests/"], found


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_several_hosts_need_is_there_where_the_algorithm_trains_on_several(bake, algorithm):
    project = bake(algorithm=algorithm)
    expected = OF_SEVERAL_HOSTS if algorithm in {*TEMPLATE.spreading(), *SHARES} else set()
    assert files_in(project) & OF_SEVERAL_HOSTS == expected
    shown = subprocess.check_output(["make", "--no-print-directory", "help"], cwd=project, text=True)
    assert ("train-cluster" in shown) is bool(expected)


@pytest.mark.parametrize("stack", STACKS)
def test_streaming_is_told_of_where_the_servers_stream(bake, stack):
    project = bake(server_stack=stack)
    assert (STREAMING in files_in(project)) is stack.startswith("uvicorn")
    named = [page.name for page in (project / "docs").glob("*.md") if STREAMING.rpartition("/")[2] in page.read_text()]
    assert not named or (project / STREAMING).exists()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_module_of_byoc_is_for_something(bake, algorithm):
    """Rooms that belong to an algorithm are in its project alone."""
    rooms = {folder.name for folder in (bake(algorithm=algorithm) / "byoc").iterdir() if folder.is_dir()}
    expected = {
        "boosting": {"xgboost", "lightgbm"},
        "tabular": {"pytorch", "keras"},
        "onnx_import": {"onnx"},
    }
    assert rooms & expected.keys() == {room for room, algorithms in expected.items() if algorithm in algorithms}
