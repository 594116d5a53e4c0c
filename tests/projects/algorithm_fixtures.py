"""A pytest plugin for the tests of algorithms: the project that is tried, folders like /opt/ml, a model trained once.

Only those tests have it, each in a run of its own; test_algorithms.py starts them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from algorithm_jobs import PROJECT
from byoc.paths import Paths


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def run_train() -> Callable[..., subprocess.CompletedProcess]:
    """Run `train` to its end as a process of its own: `run_train(paths)`."""

    def run(paths: Paths) -> subprocess.CompletedProcess:
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
        command = [sys.executable, PROJECT / "program/train"]
        return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=300)

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory, run_train) -> Paths:
    """What `train` made of local_test/test_dir."""
    paths = Paths(tmp_path_factory.mktemp("trained") / "ml")
    shutil.copytree(PROJECT / "local_test/test_dir/input", paths.base / "input")
    run = run_train(paths)
    assert run.returncode == 0, run.stderr
    return paths
