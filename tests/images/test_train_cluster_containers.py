"""local_test/train_cluster.sh with an image: what Ctrl-C makes of its containers, and what is left of them."""

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.docker

IMAGE = f"byoc-template-hosts-{uuid.uuid4().hex[:8]}"
HOSTS = ("algo-1", "algo-2")
# Waits until it is asked to stop, once it finds the others by their names.
TRAIN = """#!/bin/sh
trap 'echo "asked to stop"; [ "$STUBBORN" ] || exit 143' TERM
touch "/opt/ml/model/of_$(hostname)"
until getent hosts algo-1 && getent hosts algo-2; do sleep 0.1; done
echo waiting
while :; do sleep 0.1; done
"""


@pytest.fixture(scope="module", autouse=True)
def image(tmp_path_factory) -> Iterator[None]:
    context = tmp_path_factory.mktemp("image")
    (context / "train").write_text(TRAIN)
    (context / "Dockerfile").write_text("FROM python:3.13-slim-trixie\nCOPY --chmod=755 train /usr/local/bin/train\n")
    subprocess.run(["docker", "build", "--quiet", "--tag", IMAGE, context], check=True)
    yield
    subprocess.run(["docker", "image", "rm", "--force", IMAGE], check=True)


@pytest.mark.parametrize(("times", "options", "code"), [(1, "", 143), (2, "--env STUBBORN=true", 137)])
def test_ctrl_c_stops_all_containers_and_leaves_none(bake, tmp_path, times, options, code):
    project = bake(algorithm="xgboost")  # one that trains on several hosts
    test_dir = tmp_path / "a test_dir"
    shutil.copytree(project / "local_test/test_dir/input", test_dir / "input")
    environment = os.environ | {"TEST_DIR": str(test_dir), "DOCKER_OPTIONS": options}
    told = run_and_interrupt([project / "local_test/train_cluster.sh", IMAGE, "2"], environment, times, code)
    assert {f"{host} | asked to stop\n" for host in HOSTS} <= set(told), told
    assert {path.name for path in (test_dir / "model").iterdir()} == {f"of_{host}" for host in HOSTS}
    assert not docker("ps", "--all", "--quiet", "--filter", f"ancestor={IMAGE}")
    network = (test_dir / "hosts/docker.sh").read_text().split()[3]
    assert not docker("network", "ls", "--quiet", "--filter", f"name={network}")


def run_and_interrupt(command: list[str | Path], environment: dict[str, str], times: int, code: int) -> list[str]:
    """What it has told; each Ctrl-C comes once all hosts have told what the one before, or their start, makes them."""
    expected = [f"{host} | {text}\n" for text in ("waiting", "asked to stop")[:times] for host in HOSTS]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    told = []
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        for line in process.stdout:
            told.append(line)
            if line in expected:
                expected.remove(line)
                if len(expected) % len(HOSTS) == 0:
                    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all that are in the foreground
    assert process.returncode == code, told
    return told


def docker(*arguments: str) -> str:
    return subprocess.check_output(["docker", *arguments], text=True)
