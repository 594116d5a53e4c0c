"""Each of a job's hosts learns from what it was given, in every mode; some may be given nothing (D-07, D-11, T-25)."""

import json
from pathlib import Path

import pytest

import loopback
from jobs import ALGORITHM

READS = f"""{ALGORITHM}
from byoc.hosts import sharding
DISTRIBUTED = True

def train(job, hyperparameters):
    labels, features = sharding.labelled(job.channel("training"), job.collectives)
    print(*labels, *features[:, 0], flush=True)
    save(job)
"""
COPIES, SHARDS = ({"S3DistributionType": name} for name in ("FullyReplicated", "ShardedByS3Key"))


@pytest.mark.parametrize("mode", ["File", "FastFile", "Pipe"])
@pytest.mark.parametrize(
    ("how", "rows", "read"),
    [
        (COPIES, ["a,1\nb,2\nc,3\n"] * 2, ["a c 1.0 3.0\n", "b 2.0\n"]),
        (SHARDS, ["", "a,1\nb,2\nc,3\n"], ["\n", "a b c 1.0 2.0 3.0\n"]),
    ],
)
def test_rows_are_those_of_its_shard_or_its_part_of_a_copy(tmp_path, program_with, feed, mode, how, rows, read):
    folders = loopback.fill(tmp_path / "hosts", 2, inputdataconfig={"training": how | {"TrainingInputMode": mode}})
    for paths, text in zip(folders, rows, strict=True):
        if mode == "Pipe":
            feed(paths.data / "training_0", text.encode())
        else:
            (paths.data / "training/rows.csv").write_text(text)
    assert logs(loopback.ended(folders, program_with(READS))) == read


@pytest.mark.parametrize(
    ("how", "read"), [(COPIES, ["a 1.0\n", "\n", "b 2.0\n"]), (SHARDS, ["a b 1.0 2.0\n", "\n", "a b 1.0 2.0\n"])]
)
def test_a_channel_may_be_of_one_instance_group(tmp_path, program_with, how, read):
    folders = loopback.fill(tmp_path / "hosts", 3)
    without = folders[1]
    for paths in folders:
        in_groups(paths.config / "resourceconfig.json", without.base.name)
    for paths in (folders[0], folders[2]):
        (paths.config / "inputdataconfig.json").write_text(json.dumps({"training": how}))
        (paths.data / "training/rows.csv").write_text("a,1\nb,2\n")
    (without.config / "inputdataconfig.json").write_text("{}")
    (without.data / "training").rmdir()
    assert logs(loopback.ended(folders, program_with(READS))) == read


def in_groups(file: Path, alone: str) -> None:
    """Say that one host is of a group of its own, the others of another."""
    resources = json.loads(file.read_text())
    members = {"data": [name for name in resources["hosts"] if name != alone], "compute": [alone]}
    groups = [
        {"instance_group_name": name, "instance_type": "ml.m5.large", "hosts": hosts} for name, hosts in members.items()
    ]
    file.write_text(json.dumps(resources | {"instance_groups": groups}))


def logs(hosts: list[loopback.Host]) -> list[str]:
    assert [host.process.returncode for host in hosts] == [0] * len(hosts), [host.log for host in hosts]
    return [host.log for host in hosts]
