"""local_test/train_cluster.sh without an image: hosts that are processes, on addresses of this machine."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from local_scripts import assert_one_line, command, copied, run
from loopback import free_ports

DISTRIBUTED = "DISTRIBUTED = True\ndef train(job, hyperparameters):\n"
FILES = ["a.csv", "deeper/b.csv", "c.csv", "d.csv"]
# Each host tells which files it has, and leaves one of its own beside the model.
TELLS = f"""{DISTRIBUTED}
    channel = job.channel("training")
    print("job:", os.environ["TRAINING_JOB_NAME"], flush=True)
    print("files:", [str(file.relative_to(channel.folder)) for file in channel.files()], channel.sharded, flush=True)
    (job.paths.model / f"of_{{job.peers.rank}}").write_text("")
    (job.paths.model / "shared").write_text(str(job.peers.rank))
    job.checkpoints.save(len(job.peers.gather(0)), b"state")
    save(job)
"""
FAILS = f"""{DISTRIBUTED}
    if job.peers.rank == 1:
        raise ValueError("its disk is full")
    job.peers.any(False)
"""
WAITS = f"""{DISTRIBUTED}
    job.peers.any(False)
    wait()
"""


@pytest.fixture
def make(tmp_path: Path):
    """A project with this `train`, whose channel training holds FILES."""

    def made(train: str) -> Path:
        project = copied(tmp_path / "my project", train)
        channel = ml(project) / "input/data/training"
        shutil.rmtree(channel, ignore_errors=True)
        (channel / "deeper").mkdir(parents=True)
        for name in FILES:
            (channel / name).write_text("1,2\n")
        declared = {"training": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}}
        config(ml(project), "inputdataconfig").write_text(json.dumps(declared))
        return project

    return made


def ml(project: Path) -> Path:
    return project / "local_test/test_dir"


def config(folder: Path, name: str) -> Path:
    return folder / f"input/config/{name}.json"


def lines(result: subprocess.CompletedProcess, host: str) -> list[str]:
    return [line.removeprefix(f"{host} | ") for line in result.stdout.splitlines() if line.startswith(host)]


def train(project: Path, hosts: str, **environment: str) -> subprocess.CompletedProcess:
    return run(project, "train_cluster.sh", hosts, BYOC_CLUSTER_PORT=str(free_ports()), **environment)


def test_each_host_has_all_the_data_and_what_all_leave_comes_together(make):
    project = make(TELLS)
    folder = ml(project)
    (folder / "checkpoints").mkdir()
    (folder / "output").mkdir(exist_ok=True)
    (folder / "output/failure").write_text("an earlier job's")
    result = train(project, "2")
    assert result.returncode == 0, result.stdout + result.stderr
    for host in ("127.0.0.2", "127.0.0.3"):
        assert f"files: {sorted(FILES)} False" in lines(result, host)
        assert re.search(r"^job: train-cluster-\d+$", "\n".join(lines(result, host)), re.MULTILINE)
    left = {path.name for path in (folder / "model").iterdir()}
    assert left == {"model.onnx", "signature.json", "of_0", "of_1", "shared"}
    assert (folder / "model/shared").read_text() == "0"
    assert any((folder / "checkpoints").iterdir())
    assert not (folder / "output/failure").exists()
    resources = json.loads(config(folder / "hosts/127.0.0.3", "resourceconfig").read_text())
    assert resources["current_host"] == "127.0.0.3"
    assert resources["instance_groups"][0]["hosts"] == resources["hosts"] == ["127.0.0.2", "127.0.0.3"]


def test_sharded_files_are_dealt_out_and_a_host_may_get_none(make):
    project = make(TELLS)
    (ml(project) / "input/data/training/d.csv").unlink()
    result = train(project, "4", SHARDED="true")
    assert result.returncode == 0, result.stdout + result.stderr
    dealt = [["a.csv"], ["c.csv"], ["deeper/b.csv"], []]
    for number, files in enumerate(dealt):
        assert f"files: {files} True" in lines(result, f"127.0.0.{2 + number}")


def test_one_hosts_failure_is_the_scripts_and_named(make):
    project = make(FAILS)
    result = train(project, "2")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "127.0.0.2 with exit code 1, 127.0.0.3 with exit code 1" in result.stderr
    first = (ml(project) / "output/failure").read_text().splitlines()[0]
    assert "host 127.0.0.3" in first
    assert "its disk is full" in first


def test_ctrl_c_asks_all_hosts_to_stop(make):
    project = make(WAITS)
    words, environment = command(project, "train_cluster.sh", "2", BYOC_CLUSTER_PORT=str(free_ports()))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(words, env=environment, **pipes) as process:
        waiting = {f"127.0.0.{number} | waiting\n" for number in (2, 3)}
        while waiting:
            waiting.discard(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        told = process.stdout.read()
    assert process.returncode == 143, told
    for host in ("127.0.0.2", "127.0.0.3"):
        failure = (ml(project) / f"hosts/{host}/output/failure").read_text()
        assert "stopped by SIGTERM" in failure, told


@pytest.mark.parametrize("hosts", ["two", "0", "100"])
def test_what_is_no_number_of_hosts_is_named(make, hosts):
    result = train(make(TELLS), hosts)
    assert result.returncode == 1
    assert result.stderr == f"train_cluster.sh: HOSTS='{hosts}' is not a number of hosts from 1 to 99\n"


def test_a_configuration_that_is_no_json_is_named(make):
    project = make(TELLS)
    config(ml(project), "inputdataconfig").write_text("{")
    result = train(project, "2")
    assert_one_line(result, "inputdataconfig.json is no JSON")


def test_containers_have_sagemakers_names_on_a_network_of_their_own(make, tmp_path):
    """By what Docker is told."""
    project = make(TELLS)
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\necho "$@"\n')
    docker.chmod(0o755)
    result = run(
        project, "train_cluster.sh", "an-image", "2",
        PATH=f"{docker.parent}:{os.environ['PATH']}", DOCKER_OPTIONS="--memory 2g",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    networks = set()
    for host in ("algo-1", "algo-2"):
        [told] = lines(result, host)
        assert f"{ml(project) / 'hosts' / host}:/opt/ml --memory 2g --name" in told
        assert told.endswith(f"--network-alias {host} an-image train")
        networks |= set(re.findall(r"--network (\S+)", told))
    assert len(networks) == 1
