"""A forest that several hosts grow is the one that a single host grows on the same rows."""

import signal
import sys
import time

import pytest

import algorithm_jobs
import loopback

DEALT_OUT = {"TrainingInputMode": "File", "S3DistributionType": "ShardedByS3Key"}
WHOLE = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}


@pytest.fixture
def penguins(project):
    return (project / "local_test/test_dir/input/data/training/penguins.csv").read_text().splitlines(keepends=True)


def part(paths, name: str, header: str, rows: list[str]) -> None:
    if rows:
        algorithm_jobs.channel(paths, "".join([header, *rows]), name)


def wait_until_trees_grow(hosts) -> None:
    while "hosts grow trees" not in hosts[0].log:
        assert all(host.process.poll() is None for host in hosts), [host.log for host in hosts]
        time.sleep(0.1)


def swapped(line: str) -> str:
    """With the third column, a number, as the label."""
    first, second, third, *others = line.split(",")
    return ",".join([third, first, second, *others])


def same_model(hosts, trained) -> bool:
    models = [(folder / "model.onnx") for folder in (hosts[0].paths.model, trained.model)]
    return models[0].read_bytes() == models[1].read_bytes()


def test_hosts_that_all_have_the_rows(tmp_path, project, trained, penguins):
    folders = loopback.fill(tmp_path, 2, inputdataconfig={"training": WHOLE, "validation": DEALT_OUT})
    header, *rows = penguins
    for paths, some in zip(folders, (rows[:9], rows[9:]), strict=True):
        part(paths, "training", header, rows)
        part(paths, "validation", header, some)
    hosts = loopback.ended(folders, project / "program")
    assert [host.process.returncode for host in hosts] == [0, 0], [host.log for host in hosts]
    assert same_model(hosts, trained)
    assert "validation:accuracy=1.000000" in hosts[0].log
    assert "distributed" not in hosts[1].log


@pytest.mark.parametrize("declared", [DEALT_OUT, WHOLE], ids=["dealt out", "whole"])
def test_hosts_that_learn_numbers(tmp_path, project, penguins, run_train, declared):
    """The bill's length, from the rest."""
    header, *rows = (swapped(line) for line in penguins if line.split(",")[2])
    hyperparameters = {"objective": "regression", "n_estimators": "20"}
    (alone,) = loopback.fill(tmp_path / "alone", 1, hyperparameters=hyperparameters)
    part(alone, "training", header, rows)
    run = run_train(alone)
    assert run.returncode == 0, run.stderr
    folders = loopback.fill(
        tmp_path / "two", 2, hyperparameters=hyperparameters, inputdataconfig={"training": declared}
    )
    for paths, some in zip(folders, (rows[:100], rows[100:]), strict=True):
        part(paths, "training", header, some if declared is DEALT_OUT else rows)
    hosts = loopback.ended(folders, project / "program")
    assert [host.process.returncode for host in hosts] == [0, 0], [host.log for host in hosts]
    assert same_model(hosts, alone)
    metrics = [line for line in run.stdout.splitlines() if line.startswith(("train:", "oob:"))]
    assert len(metrics) == 6
    assert all(line in hosts[0].log.splitlines() for line in metrics)


def test_hosts_refuse_numbers_as_labels(tmp_path, project):
    folders = loopback.fill(tmp_path, 2, inputdataconfig={"training": DEALT_OUT})
    for number, paths in enumerate(folders):
        part(paths, "training", "", [f"{number}.5,{number}\n"])
    hosts = loopback.ended(folders, project / "program")
    assert hosts[0].process.returncode == 1
    assert "tells labels apart, but 0.5 is a number: choose regression to learn numbers" in hosts[0].failure


def test_rows_of_which_the_first_host_has_none(tmp_path, project, trained, penguins):
    folders = loopback.fill(tmp_path, 2, inputdataconfig={"training": WHOLE})
    (folders[0].config / "inputdataconfig.json").write_text("{}")  # as the channel is another instance group's (D-11)
    part(folders[1], "training", penguins[0], penguins[1:])
    hosts = loopback.ended(folders, project / "program")
    assert [host.process.returncode for host in hosts] == [0, 0], [host.log for host in hosts]
    assert same_model(hosts, trained)


def test_hosts_that_have_unequal_parts_of_the_rows_or_none(tmp_path, project, trained, penguins):
    folders = loopback.fill(tmp_path, 4, inputdataconfig={"training": DEALT_OUT})
    header, *rows = penguins
    for paths, some in zip(folders, ([], rows[:100], rows[100:103], rows[103:]), strict=True):
        part(paths, "training", header, some)
    hosts = loopback.ended(folders, project / "program")
    assert [host.process.returncode for host in hosts] == [0] * 4, [host.log for host in hosts]
    assert same_model(hosts, trained)
    assert [list(host.paths.model.iterdir()) for host in hosts[1:]] == [[]] * 3


@pytest.mark.parametrize("killed", [0, 1])
def test_a_host_that_is_killed_while_trees_grow_ends_the_job(tmp_path, project, penguins, killed):
    folders = loopback.fill(tmp_path, 2, hyperparameters={"n_estimators": "10000"})
    for paths in folders:
        part(paths, "training", penguins[0], penguins[1:])
    with loopback.started(folders, project / "program") as hosts:
        wait_until_trees_grow(hosts)
        hosts[killed].signal(signal.SIGKILL)
        other = hosts[1 - killed]
        assert other.process.wait(loopback.SECONDS) == 1
    assert f"host {hosts[killed].name}, while " in other.failure
    assert ": lost (" in other.failure


def test_hosts_that_are_stopped_while_trees_grow_leave_no_model(tmp_path, project, penguins):
    """As one host alone, which is interrupted where it stands (T-05); the others end as the first one does."""
    folders = loopback.fill(tmp_path, 2, hyperparameters={"n_estimators": "10000"})
    for paths in folders:
        part(paths, "training", penguins[0], penguins[1:])
    with loopback.started(folders, project / "program") as hosts:
        wait_until_trees_grow(hosts)
        for host in hosts:
            host.signal(signal.SIGTERM)
        assert [host.process.wait(loopback.SECONDS) for host in hosts] == [143, 143], [host.log for host in hosts]
    assert all("stopped by SIGTERM before there was a model to save" in host.failure for host in hosts)


def test_one_host_needs_nothing_of_dask(paths):
    algorithm_jobs.channel(paths, "a,1\nb,2\n")
    assert algorithm_jobs.train(paths) == 0
    assert not {"dask", "distributed"} & sys.modules.keys()
