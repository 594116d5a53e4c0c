"""The hosts of a job learn what one host would, whatever rows each has, and end together (D-05, D-06, D-07)."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import loopback
import pytest
from algorithm_jobs import LOCAL_TEST

import algorithm
from byoc import job
from byoc.paths import Paths

EXAMPLE = LOCAL_TEST / "test_dir/input/data"
EPOCHS = 6
# Nothing is left out at random: hosts then differ from one host by how sums are rounded, and by nothing else.
HYPERPARAMETERS = {"epochs": str(EPOCHS), "dropout": "0", "lr": "0.01"}
ROUNDING = 1e-4

# Jobs one after another, each on hosts that are forks of this process: to import PyTorch takes seconds, what its
# optimizers import when they are first used, too, and so does an export, which is not what this is about.
JOBS = """
import json, os, sys
import torch._dynamo
import algorithm
from byoc import job
algorithm.export = lambda network, data: b"model"
for port, *folders in json.loads(sys.argv[1]):
    for folder in folders:
        if not os.fork():
            os.environ |= {"SAGEMAKER_BASE_DIR": folder, "BYOC_CLUSTER_PORT": str(port)}
            log = os.open(f"{folder}/log", os.O_CREAT | os.O_WRONLY)
            os.dup2(log, 1), os.dup2(log, 2)
            os._exit(job.run(lambda: algorithm))
    assert not any([os.wait()[1] for _ in folders]), folders
"""


def hosts(folder: Path, *parts: slice, copies: int = 0, **hyperparameters: str) -> list[Paths]:
    """Hosts with these parts of the example's training rows, or with copies of all, and with the held-out rows."""
    kind = "FullyReplicated" if copies else "ShardedByS3Key"
    channels = {"training": {"S3DistributionType": kind}, "validation": {"S3DistributionType": "FullyReplicated"}}
    given = HYPERPARAMETERS | hyperparameters
    made = loopback.fill(folder, copies or len(parts), hyperparameters=given, inputdataconfig=channels)
    header, *rows = (EXAMPLE / "training/heart_disease.csv").read_text().splitlines()
    for paths, part in zip(made, parts or [slice(None)] * copies, strict=True):
        if rows[part]:
            (paths.data / "training/rows.csv").write_text("\n".join([header, *rows[part]]))
        shutil.copytree(EXAMPLE / "validation", paths.data / "validation")
        paths.checkpoints.mkdir()
    return made


def metrics(log: str) -> dict[str, list[float]]:
    """What each metric came to, epoch by epoch, and of the model that is saved."""
    found: dict[str, list[float]] = {}
    for name, value in re.findall(r"(\w+:\w+)=([0-9.]+)", log):
        found.setdefault(name, []).append(float(value))
    return found


def log(paths: Paths) -> str:
    return (paths.base / "log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ended(tmp_path_factory, project) -> dict[str, list[Paths]]:
    """The hosts of jobs that have ended: one host, two that have all rows, and four that have unlike parts of them."""
    folder = tmp_path_factory.mktemp("hosts")
    parts = slice(0), slice(150), slice(0), slice(150, None)  # the first host has none
    jobs = {
        "one": hosts(folder / "one", copies=1),
        "two": hosts(folder / "two", copies=2),
        "four": hosts(folder / "four", *parts),
    }
    told = json.dumps([[loopback.free_ports(), *(str(paths.base) for paths in each)] for each in jobs.values()])
    environment = {**os.environ, "PYTHONPATH": str(project / "program"), "PYTHONUNBUFFERED": "1"}
    subprocess.run(
        [sys.executable, "-c", JOBS, told], env=environment, check=True, timeout=loopback.SECONDS * len(jobs)
    )
    return jobs


@pytest.mark.parametrize("which", ["two", "four"])
def test_hosts_learn_what_one_host_learns(ended, which):
    [alone], [first, *others] = ended["one"], ended[which]
    expected, found = metrics(log(alone)), metrics(log(first))
    assert len(expected["train:loss"]) == EPOCHS + 1
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, abs=ROUNDING), name
    assert [metrics(log(paths)) for paths in others] == [{}] * len(others)  # whoever scrapes logs finds each but once
    assert [list(paths.model.iterdir()) for paths in others] == [[]] * len(others)
    for file in ("model/signature.json", "output/data/confusion_matrix.svg"):
        assert (first.base / file).read_bytes() == (alone.base / file).read_bytes()


def test_another_number_of_hosts_goes_on_from_a_checkpoint(tmp_path, ended, monkeypatch, capsys):
    [paths] = hosts(tmp_path, copies=1)
    shutil.copy(ended["two"][0].checkpoints / "step-000000000003.checkpoint", paths.checkpoints)
    monkeypatch.setattr(algorithm, "export", lambda network, data: b"model")
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(paths.base))
    assert job.run(lambda: algorithm) == 0
    found, expected = metrics(capsys.readouterr().out), metrics(log(ended["one"][0]))
    for name in ("train:loss", "validation:loss"):
        assert found[name] == pytest.approx(expected[name][3:], abs=ROUNDING)


def test_a_host_that_is_lost_while_they_learn_ends_the_job(tmp_path, project):
    with loopback.started(hosts(tmp_path, copies=2, epochs="100000", lr="1e-9"), project / "program") as (first, other):
        while "epoch 2 of" not in first.log:
            assert first.process.poll() is None, first.log
            time.sleep(0.05)
        first.signal(signal.SIGKILL)
        assert other.process.wait(loopback.SECONDS) == 1
    assert re.match(f"Exception during training: host {first.name}, while .+: lost ", other.failure)
