"""What several tests of jobs share: a configuration, the beginning of an algorithm, a run that is signalled."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from byoc.paths import Paths

# resourceconfig.json of the second of two hosts, as real jobs have it (T-16).
GROUP = {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.xlarge", "hosts": ["algo-1", "algo-2"]}
CLOUD = {
    "current_host": "algo-2",
    "current_instance_type": "ml.m5.xlarge",
    "current_group_name": "homogeneousCluster",
    "hosts": ["algo-1", "algo-2"],
    "instance_groups": [GROUP],
    "network_interface_name": "ethwe",
}

ALGORITHM = """
import ctypes, multiprocessing, os, signal, subprocess, sys, threading, time
from pydantic import BaseModel
from byoc.signature import Signature

class Hyperparameters(BaseModel):
    pass

def save(job):
    job.save(b"model", Signature((), ("a", "b")))

def wait():
    print("waiting", flush=True)
    while True:
        try:
            time.sleep(0.05)
        except Exception:
            pass
"""

# `train`, with other seconds until an algorithm that asks is interrupted, and until any is killed.
TRAIN = """
import runpy, sys
grace, limit, program = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
sys.path.append(program.removesuffix("/program/train"))
sys.argv, sys.path[0] = [program], program.removesuffix("/train")
from byoc.training import supervisor
supervisor.GRACE, supervisor.LIMIT = grace, limit
runpy.run_path(program, run_name="__main__")
"""
NEVER = (600, 600)


def stopped(paths: Paths, program: Path, number: int, grace: float, limit: float) -> int:
    """Run this program's `train`, signal it once it prints `waiting`, and give its exit code."""
    command = [sys.executable, "-c", TRAIN, str(grace), str(limit), program / "train"]
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    # Its own session, as in a container.
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        try:
            assert process.stdout.readline() == b"waiting\n"
            process.send_signal(number)
            return process.wait(timeout=30)
        finally:
            with suppress(ProcessLookupError):  # there is nobody left
                os.killpg(process.pid, signal.SIGKILL)


def signalled(paths: Paths, program: Path, number: int, line: str) -> int:
    """Run this program's `train`, signal it once it prints what begins with `line`, and give its exit code.

    SIGKILL comes to all its processes at once, as when a machine is taken away.
    """
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(paths.base)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "encoding": "utf-8"}
    command = [sys.executable, program / "train"]
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        try:
            assert any(printed.startswith(line) for printed in process.stdout)
            (os.killpg if number == signal.SIGKILL else os.kill)(process.pid, number)
            process.stdout.read()
            return process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
