"""A multi-model endpoint without a server: requests to a models' host of the test's own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import laid
from byoc.errors import RequestError
from byoc.paths import Paths
from byoc.serving.multi_model.requests import Models
from byoc.settings import Settings

# Does what the file `order` in the model's folder says, a line of Python: when loaded, and when asked.
OBEYING = """
import os, signal, sys, time
from pathlib import Path

def wait(folder):
    (folder / "arrived").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)

def model_fn(folder):
    exec((folder / "load").read_text() if (folder / "load").exists() else "")
    return folder

def transform_fn(folder, body, content_type, accept):
    exec((folder / "ask").read_text() if (folder / "ask").exists() else "")
    return body + f" {content_type} {accept}".encode(), "text/plain"
"""

# The host, with as many bytes left of 1000 as the file `left` says.
HOST = """
import sys
from pathlib import Path
from byoc.serving.multi_model import host, memory
left = Path(sys.argv[1]) / "left"
memory.now = lambda: memory.Memory(1000, float(left.read_text()) if left.exists() else 1000)
host.main(Path(sys.argv[1]), "predictor")
"""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


class Endpoint(Models):
    """The requests of byoc.serving.multi_model to a host of the test's own, with the model folders to give it."""

    def __init__(self, base, byoc, **environment):
        # Not under `base`: the path of a socket may have about a hundred characters.
        self.paths, self.folder = Paths(base / "ml"), Path(tempfile.mkdtemp(prefix="models-"))
        super().__init__(self.folder, self.paths, Settings.from_environment({"SAGEMAKER_MODEL_SERVER_TIMEOUT": "20"}))
        program = laid.program(base, byoc, predictor=OBEYING)
        command = [sys.executable, "-c", HOST, self.folder]
        environment = os.environ | {"PYTHONPATH": str(base)} | environment
        self.host = subprocess.Popen(command, cwd=program, env=environment, stdin=subprocess.PIPE, process_group=0)
        wait_until(lambda: self.answers() or self.host.poll() is not None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(OSError):
            os.killpg(self.host.pid, signal.SIGKILL)
        self.host.wait()
        self.host.stdin.close()
        shutil.rmtree(self.folder)

    def answers(self):
        with suppress(RequestError):
            return not self.names()

    def model(self, name, **orders):
        """The folder of the model `name`, with its orders: `load="raise MemoryError"`."""
        folder = self.paths.models / name / "model"
        folder.mkdir(parents=True, exist_ok=True)
        for order, line in orders.items():
            (folder / order).write_text(line)
        return folder

    def post(self, name, folder=None):
        return self.load(b'{"model_name": "%s", "url": "%s"}' % (name.encode(), bytes(folder or self.model(name))))

    def ask(self, name):
        return self.invoke(name, b"body", "a/b", "c/d")

    def names(self):
        return [model["modelName"] for model in self.page("", "")["models"]]

    def processes(self):
        return psutil.Process(self.host.pid).children()


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def lives(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def status_of(what, *arguments):
    with pytest.raises(RequestError) as refused:
        what(*arguments)
    return refused.value.status
