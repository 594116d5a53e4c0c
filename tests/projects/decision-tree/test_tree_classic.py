"""The classic sample's walkthrough, with its own test_dir as it is: train, serve, predict, and a failure."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from algorithm_jobs import LOCAL_TEST


@pytest.fixture
def test_dir(tmp_path: Path) -> Path:
    """Its layout: no inputdataconfig.json, a file named with a capital C, `{}` in both, and what a job left before."""
    folder = tmp_path / "test_dir"
    (folder / "input/config").mkdir(parents=True)
    for name in ("hyperparameters.json", "resourceConfig.json"):
        (folder / "input/config" / name).write_text("{}")
    shutil.copytree(LOCAL_TEST / "test_dir/input/data", folder / "input/data")  # iris.csv, the label first, no header
    (folder / "model").mkdir()
    (folder / "output").mkdir()
    (folder / "output/success").touch()
    return folder


def run(script: str, test_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """A script of local_test/, without Docker."""
    settings = os.environ | {"TEST_DIR": str(test_dir)} | environment
    settings.pop("SAGEMAKER_BASE_DIR", None)
    return subprocess.run([LOCAL_TEST / script, *arguments], env=settings, capture_output=True, text=True, timeout=120)


def test_the_walkthrough_runs_on_the_classic_samples_own_folder(test_dir):
    rows = (test_dir / "input/data/training/iris.csv").read_text().splitlines()
    payload = test_dir.parent / "payload.csv"
    payload.write_text("".join(f"{row.partition(',')[2]}\n" for row in rows))
    trained = run("train_local.sh", test_dir)
    assert trained.returncode == 0, trained.stdout + trained.stderr
    assert not (test_dir / "output/failure").exists()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    settings = os.environ | {"TEST_DIR": str(test_dir), "PORT": port}
    serving = subprocess.Popen([LOCAL_TEST / "serve_local.sh"], env=settings)
    try:
        deadline = time.monotonic() + 60
        while (asked := run("predict.sh", test_dir, str(payload), PORT=port)).returncode:
            assert time.monotonic() < deadline, asked.stderr
            time.sleep(0.2)
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0
    assert asked.stdout.splitlines() == [row.partition(",")[0] for row in rows]  # a tree that grows as far as it can


def test_without_its_hyperparameters_it_fails_and_says_so_in_the_failure_file(test_dir):
    (test_dir / "input/config/hyperparameters.json").unlink()
    assert run("train_local.sh", test_dir).returncode != 0
    assert "hyperparameters.json is missing" in (test_dir / "output/failure").read_text()
