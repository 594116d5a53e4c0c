"""The hosts of a job learn what one host would, whatever rows each has, and end together (D-05, D-06, D-07)."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import loopback
from algorithm_jobs import LOCAL_TEST
from byoc.paths import Paths

EXAMPLE = LOCAL_TEST / "test_dir/input/data"
EPOCHS = 6
# Nothing is left out at random: hosts then differ from one host by how sums are rounded, and by nothing else.
HYPERPARAMETERS = {"epochs": str(EPOCHS), "dropout": "0", "lr": "0.01"}
ROUNDING = 1e-4
ENDLESS = {"copies": 2, "epochs": "100000", "lr": "1e-9", "patience": "None"}

# Jobs one after another, each on hosts that are forks of this process: the first may find a checkpoint, and all may be
# told to stop. To import PyTorch takes seconds, what its optimizers import when they are first used, too, and so does
# an export, which is not what this is about.
JOBS = """
import json, os, shutil, signal, sys, time
from pathlib import Path
import torch._dynamo
import algorithm, network, training
from byoc.training import runner
from byoc.training.stopping import Stop
network.export = lambda network, data: os.environ.get("GLOO_SOCKET_IFNAME", "").encode()
for port, begun, stopped, *folders in json.loads(sys.argv[1]):
    if begun:
        shutil.copy(begun, f"{folders[0]}/checkpoints")
    started = []
    for folder in folders:
        started.append(os.fork())
        if not started[-1]:
            os.environ |= {"SAGEMAKER_BASE_DIR": folder, "BYOC_CLUSTER_PORT": str(port)}
            log = os.open(f"{folder}/log", os.O_CREAT | os.O_WRONLY)
            os.dup2(log, 1), os.dup2(log, 2)
            stop = Stop()
            stop.listen()
            os._exit(runner.run(lambda: algorithm, stop))
    if stopped:
        log = Path(folders[0], "log")
        while not log.exists() or "epoch 2 of" not in log.read_text():
            time.sleep(0.05)
        for process in started:
            os.kill(process, signal.SIGTERM)
    assert not any([os.wait()[1] for _ in folders]), folders
"""


def hosts(folder: Path, *parts: slice, copies: int = 0, **hyperparameters: str) -> list[Paths]:
    """Hosts with these parts of the example's rows, of both channels, or with copies of all."""
    kind = "FullyReplicated" if copies else "ShardedByS3Key"
    channels = {name: {"S3DistributionType": kind} for name in ("training", "validation")}
    given = HYPERPARAMETERS | hyperparameters
    made = loopback.fill(folder, copies or len(parts), hyperparameters=given, inputdataconfig=channels)
    for name in channels:
        header, *rows = (EXAMPLE / name / "heart_disease.csv").read_text().splitlines()
        if "task" in given:
            rows = [f"{int(age) / 7},{age},{others}" for _, age, others in (row.split(",", 2) for row in rows)]
        for paths, part in zip(made, parts or [slice(None)] * copies, strict=True):
            (paths.data / name).mkdir(exist_ok=True)
            if rows[part]:
                (paths.data / name / "rows.csv").write_text("\n".join([header, *rows[part]]))
    for paths in made:
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
    """The hosts of jobs that have ended, by their names.

    Of one host, two that have all rows, and four that have unlike parts of them; of one and of two that learn numbers,
    each with others that go on from its checkpoint; and of two that are stopped.
    """
    folder = tmp_path_factory.mktemp("hosts")
    four = slice(0), slice(150), slice(0), slice(150, None)  # the first has none, and the last none of validation
    two = four[1::2]
    number = {"task": "regression"}
    jobs = {
        "one": hosts(folder / "one", copies=1),
        "two": hosts(folder / "two", copies=2),
        "four": hosts(folder / "four", *four),
        "a number, one": hosts(folder / "number one", copies=1, **number),
        "a number, two": hosts(folder / "number two", *two, **number),
        "one after two": hosts(folder / "one after two", copies=1, **number),
        "two after one": hosts(folder / "two after one", *two, **number),
        "stopped": hosts(folder / "stopped", **ENDLESS),
    }
    begun = {f"{each} after {other}": jobs[f"a number, {other}"][0] for each, other in (("one", "two"), ("two", "one"))}
    told = [
        [
            loopback.free_ports(),
            str(begun[name].checkpoints / "step-000000000003.checkpoint") if name in begun else "",
            name == "stopped",
            *(str(paths.base) for paths in each),
        ]
        for name, each in jobs.items()
    ]
    environment = {**os.environ, "PYTHONPATH": f"{project}/program:{project}", "PYTHONUNBUFFERED": "1"}
    subprocess.run(
        [sys.executable, "-c", JOBS, json.dumps(told)],
        env=environment,
        check=True,
        timeout=3 * loopback.SECONDS,
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
    assert [(paths.model / "model.onnx").read_bytes() for paths in (alone, first)] == [b"", b"lo"]  # D-04
    for file in ("model/signature.json", "output/data/confusion_matrix.svg"):
        assert (first.base / file).read_bytes() == (alone.base / file).read_bytes()


@pytest.mark.parametrize(("before", "after"), [("one", "two"), ("two", "one")])
def test_another_number_of_hosts_goes_on_from_a_checkpoint(ended, before, after):
    found, expected = (metrics(log(ended[name][0])) for name in (f"{after} after {before}", f"a number, {before}"))
    assert len(found["train:loss"]) == 1 + EPOCHS - 3
    for name in ("train:loss", "validation:loss"):
        assert found[name] == pytest.approx(expected[name][3:], abs=ROUNDING)


def test_hosts_that_are_stopped_end_after_the_same_epoch_with_a_model_and_a_checkpoint(ended):
    first, other = ended["stopped"]
    [[last], [same]] = [re.findall("the model is that of epoch .* of (.*)", log(paths)) for paths in (first, other)]
    assert last == same
    assert (first.model / "model.onnx").exists()
    assert (first.checkpoints / f"step-{int(last):012d}.checkpoint").exists()
    assert not [*other.model.iterdir(), *other.checkpoints.iterdir()]


def test_a_host_that_is_lost_while_they_learn_ends_the_job(tmp_path, project):
    with loopback.started(hosts(tmp_path, **ENDLESS), project / "program") as (first, other):
        while "epoch 2 of" not in first.log:
            assert first.process.poll() is None, first.log
            time.sleep(0.05)
        first.signal(signal.SIGKILL)
        assert other.process.wait(loopback.SECONDS) == 1
    assert re.match(f"Exception during training: host {first.name}, while .+: lost ", other.failure)
