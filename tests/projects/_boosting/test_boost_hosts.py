"""Boosting over several hosts comes to what it comes to on one, whatever share of the rows each has (D-06, D-07)."""

import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from framework import COLOURS, PATIENCE, ROUNDS, TOLERANCE

from algorithm import OBJECTIVES
from algorithm_jobs import channel, left
from algorithm_jobs import train as train_here
from byoc.boosting.objectives import Kind
from byoc.paths import Paths
from byoc.signature import Signature
from loopback import SECONDS, Host, ended, fill, started

NAME = {objective.kind: objective.name for objective in reversed(OBJECTIVES)}
FEW, MANY = ({ROUNDS: count, PATIENCE: "None"} for count in ("15", "100000"))


def rows(count: int, seed: int) -> list[str]:
    """Lines of a label from 0 to 2, a category and four numbers, some of which are missing."""
    random = np.random.default_rng(seed)
    numbers, colours = random.normal(size=(count, 4)).round(3), random.integers(len(COLOURS), size=count)
    labels = np.digitize(numbers[:, 0] + numbers[:, 1] * numbers[:, 2] + colours, [0.5, 1.5])
    cells = np.where(random.random(numbers.shape) < 0.05, "", numbers.astype(str))
    return [
        ",".join([str(label), COLOURS[colour], *line]) + "\n"
        for label, colour, line in zip(labels, colours, cells, strict=True)
    ]


TRAINING, VALIDATION = rows(600, 0), rows(200, 1)
ALL = [(TRAINING, VALIDATION)] * 2
SHARDS = [([], VALIDATION[:50]), (TRAINING[:1], []), (TRAINING[1:400], VALIDATION[50:]), (TRAINING[400:], [])]


def job(folder: Path, given: list[tuple[list[str], list[str]]], **hyperparameters: str) -> list[Paths]:
    """The folders of hosts, each of which has these lines of `training` and `validation`, perhaps none."""
    kind = "FullyReplicated" if given is ALL else "ShardedByS3Key"
    channels = {name: {"S3DistributionType": kind} for name in ("training", "validation")}
    folders = fill(folder / "hosts", len(given), hyperparameters=hyperparameters, inputdataconfig=channels)
    for paths, parts in zip(folders, given, strict=True):
        for name, lines in zip(channels, parts, strict=True):
            if lines:
                channel(paths, "".join(lines), name)
    return folders


def told(log: str) -> tuple[list[str], dict[str, float]]:
    """The lines of the rounds, and the metrics."""
    lines = [line for line in log.splitlines() if line.startswith("round ")]
    return lines, {name: float(value) for name, value in re.findall(r"^((?:train|validation):.*)=(.*)$", log, re.M)}


@pytest.mark.parametrize(("given", "kind"), [(ALL, Kind.NUMBER), (SHARDS, Kind.LABELS)])
def test_it_comes_to_the_same_as_on_one_host(paths, tmp_path, project, capsys, given, kind):
    learns = {"objective": NAME[kind], **FEW}
    first, *others = hosts = ended(job(tmp_path, given, **learns), project / "program")
    assert [host.process.returncode for host in hosts] == [0] * len(given), hosts[-1].log

    channel(paths, "".join(TRAINING))
    channel(paths, "".join(VALIDATION), "validation")
    assert train_here(paths, **learns) == 0
    rounds, metrics = told(capsys.readouterr().out)
    if kind is Kind.NUMBER:
        assert told(first.log) == (rounds, metrics)
    assert told(first.log)[1] == pytest.approx(metrics, abs=TOLERANCE)
    assert not any("train:" in host.log for host in others)  # whoever scrapes logs finds a metric once
    signatures = [Signature.load(each.model) for each in (paths, first.paths)]
    categories = [[(each.name, each.categories) for each in signature.features] for signature in signatures]
    assert categories[0] == categories[1]
    assert signatures[0].labels == signatures[1].labels
    assert left(first.paths) == left(paths) | {"log"}
    assert [left(host.paths) for host in others] == [{"log"}] * len(others)


def wait_for(host: Host, line: str) -> None:
    while line not in host.log:
        assert host.process.poll() is None, host.log
        time.sleep(0.05)


@pytest.mark.parametrize("killed", [0, 1])
def test_a_host_that_is_killed_at_work_ends_the_others_and_is_named(tmp_path, project, killed):
    with started(job(tmp_path, ALL, **MANY), project / "program") as hosts:
        victim, other = hosts[killed], hosts[1 - killed]
        wait_for(other, "round 3 of")
        victim.signal(signal.SIGKILL)
        assert other.process.wait(SECONDS) == 1
        assert re.match(f"Exception during training: host {victim.name}, while .*: lost", other.failure)
        assert list(other.paths.model.iterdir()) == []


def test_hosts_stop_after_the_same_round_and_another_number_of_them_goes_on(paths, tmp_path, project, capsys):
    folders = job(tmp_path, ALL, **MANY)
    for each in folders:
        each.checkpoints.mkdir()
    # A signal goes to whatever thread takes it: with none that is idle, to one of the framework's own.
    with started(folders, project / "program", OMP_NUM_THREADS="1") as hosts:
        wait_for(hosts[1], "round 11 of")
        for host in hosts:
            host.signal(signal.SIGTERM)
        assert [host.process.wait(SECONDS) for host in hosts] == [0, 0], hosts[1].log
        assert len({told(host.log)[0][-1].partition(":")[0] for host in hosts}) == 1
        assert (hosts[0].paths.model / "model.onnx").exists()
        assert not any(hosts[1].paths.checkpoints.iterdir())
    hosts[0].paths.checkpoints.rename(paths.checkpoints)
    channel(paths, "".join(TRAINING))
    channel(paths, "".join(VALIDATION), "validation")
    done = int(told(hosts[0].log)[0][-1].split()[1])
    assert train_here(paths, **MANY | {ROUNDS: f"{done + 5}"}) == 0
    log = capsys.readouterr().out
    folders = job(tmp_path / "again", ALL, **MANY | {ROUNDS: f"{done + 10}"})
    paths.checkpoints.rename(folders[0].checkpoints)
    first, other = ended(folders, project / "program")
    assert [first.process.returncode, other.process.returncode] == [0, 0], other.log
    for each, rounds in ((log, done + 5), (first.log, done + 10)):
        assert "resuming from the checkpoint of step " in each
        assert told(each)[0][-1].startswith(f"round {rounds} of {rounds}: ")
