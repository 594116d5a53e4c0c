"""local_test/train_cluster.sh without an image: hosts that are processes, on addresses of this machine."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from byoc.tools.cluster import launching
from byoc.tools.cluster.job import Job
from local_scripts import assert_one_line, command, copied, run

DISTRIBUTED = "DISTRIBUTED = True\ndef train(job, hyperparameters):\n"
FILES = ["a.csv", "deeper/b.csv", "c.csv", "d.csv"]
# Each host tells which files it has, and leaves some beside the model: its own, one alike on all, and one that is not.
TELLS = f"""{DISTRIBUTED}
    channel = job.channel("training")
    print("job:", os.environ["TRAINING_JOB_NAME"], flush=True)
    print("files:", [str(file.relative_to(channel.folder)) for file in channel.files()], channel.sharded, flush=True)
    (job.paths.model / f"of_{{job.collectives.rank}}").write_text("")
    (job.paths.model / "alike").write_text("")
    (job.paths.model / "shared").write_text(str(job.collectives.rank))
    job.checkpoints.save(len(job.collectives.gather(0)), b"state")
    save(job)
"""
FAILS = f"""{DISTRIBUTED}
    if job.collectives.rank == 1:
        raise ValueError("its disk is full")
    job.collectives.any(False)
"""
MEETS = f"""{DISTRIBUTED}
    print("met:", job.collectives.gather(str(job.paths.base)), flush=True)
    save(job)
"""
WAITS = f"""{DISTRIBUTED}
    job.collectives.any(False)
    wait()
"""


@pytest.fixture
def make(bake, tmp_path: Path):
    """A project with this `train`, whose channel training holds FILES."""

    def made(train: str) -> Path:
        project = copied(bake(algorithm="xgboost"), tmp_path / "my project", train)
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
    return run(project, "train_cluster.sh", hosts, **environment)


def test_each_host_has_all_the_data_and_what_all_leave_comes_together(make):
    project = make(TELLS)
    folder = ml(project)
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints/step-000000000009.checkpoint").write_text("an earlier job's")
    (folder / "output").mkdir(exist_ok=True)
    (folder / "output/failure").write_text("an earlier job's")
    result = train(project, "2")
    assert result.returncode == 0, result.stdout + result.stderr
    for host in ("127.0.0.2", "127.0.0.3"):
        assert f"files: {sorted(FILES)} False" in lines(result, host)
        assert re.search(r"^job: train-cluster-\d+$", "\n".join(lines(result, host)), re.MULTILINE)
    left = {path.name for path in (folder / "model").iterdir()}
    assert left == {"model.onnx", "signature.json", "of_0", "of_1", "alike", "shared"}
    assert (folder / "model/shared").read_text() == "0"
    [warning] = result.stderr.splitlines()
    assert "model/shared is not the same on 127.0.0.2, 127.0.0.3" in warning
    # The first host has removed the later one; others have not (C-03).
    assert [file.name for file in (folder / "checkpoints").iterdir()] == ["step-000000000002.checkpoint"]
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


def test_jobs_at_the_same_time_do_not_meet(make):
    project = make(MEETS)
    projects = [project, shutil.copytree(project, project.with_name("another"))]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda each: train(each, "2"), projects))
    for each, result in zip(projects, results, strict=True):
        assert result.returncode == 0, result.stdout + result.stderr
        met = [str(ml(each) / "hosts" / host) for host in ("127.0.0.2", "127.0.0.3")]
        assert f"met: {met}" in lines(result, "127.0.0.3")


def test_what_is_set_of_the_port_stays(monkeypatch):
    monkeypatch.setenv("BYOC_CLUSTER_PORT", "7000")
    assert "BYOC_CLUSTER_PORT=7000" in launching.processes([Path("127.0.0.2")])["127.0.0.2"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "a closed terminal"])
def test_all_hosts_are_asked_to_stop(make, number):
    project = make(WAITS)
    words, environment = command(project, "train_cluster.sh", "2")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    waiting, told = {f"127.0.0.{last} | waiting\n" for last in (2, 3)}, ""
    heeded = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
    with subprocess.Popen(words, env=environment, preexec_fn=heeded, **pipes) as process:
        for line in process.stdout:
            told += line
            if line in waiting:
                waiting.discard(line)
                if not waiting:
                    process.send_signal(number)
            if "asking all hosts" in line and number == signal.SIGHUP:
                process.send_signal(number)  # by the kernel, after the shell
    assert process.returncode == 143, told
    for host in ("127.0.0.2", "127.0.0.3"):
        assert (ml(project) / f"hosts/{host}/output/failure").exists(), told
        failure = (ml(project) / f"hosts/{host}/output/failure").read_text()
        assert "stopped by SIGTERM" in failure, told


def test_a_host_that_is_being_started_is_asked_to_stop_too(monkeypatch):
    job = Job()

    class Interrupted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            if not job.asked:
                job.stop(signal.SIGTERM, None)

    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    assert job.run({"algo-1": ["sleep", "10"], "algo-2": ["sleep", "10"]}) == {"algo-1": 143, "algo-2": 143}


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
    """By what Docker is told, which can be read in hosts/docker.sh, too."""
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
    create, *runs, wait, remove = (ml(project) / "hosts/docker.sh").read_text().splitlines()
    network = create.removeprefix("docker network create ")
    assert (wait, remove) == ("wait", f"docker network rm {network}")
    for host, readable in zip(("algo-1", "algo-2"), runs, strict=True):
        [told] = lines(result, host)
        assert ["docker", *told.split()] == " ".join(shlex.split(readable.removesuffix("&"))).split()
        assert f"source={ml(project) / 'hosts' / host},target=/opt/ml --memory 2g --name" in told
        assert told.endswith(f"--hostname {host} --network {network} --network-alias {host} an-image train")
