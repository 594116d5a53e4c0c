"""Starts the real `serve` as a process and talks HTTP to it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import psutil

from stacks import Front

# The processes whose command does not have the name that `serve` gives them, but the module that they run.
MODULES = {"uvicorn": "byoc.serving.asgi.workers", "models": "byoc.serving.multi_model.host"}

# A model whose answer waits until the test lets it go.
WAITING = """
import os
import time
from pathlib import Path

FOLDER = Path(os.environ["WAITING"])

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    (FOLDER / "arrived").touch()
    while not (FOLDER / "go").exists():
        time.sleep(0.01)
    return "done", "text/plain"
"""


class Response(NamedTuple):
    status: int
    headers: Message
    body: bytes


class Server:
    """`serve` with a folder laid out like /opt/ml, on a port of its own; `log` is all that it prints.

    `program` is the front's, or one in its place.
    """

    def __init__(
        self, front: Front, base: Path, log: Path, program: Path | None = None, port: int = 0, **settings: object
    ):
        program = program or front.program
        self.port = port or free_port()
        self._log = log
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(base), "SAGEMAKER_BIND_TO_PORT": str(self.port)}
        environment |= {"SAGEMAKER_MODEL_SERVER_WORKERS": "1"} | {name: str(value) for name, value in settings.items()}
        environment |= front.environment(program)
        with log.open("wb") as output:
            command = [sys.executable, program / "serve"]
            self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=40)
        finally:
            self.process.kill()

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def request(self, method: str, path: str, body=None, timeout: float = 30, **headers: str) -> Response:
        """The answer, read to its end; `Content_Type="text/csv"` sends that header."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def ready(self) -> "Server":
        """This server, once it answers pings."""
        wait_until(lambda: self.process.poll() is not None or self.accepts())
        assert self.process.poll() is None, self.log
        assert self.request("GET", "/ping").status == 200
        return self

    def child(self, name: str) -> psutil.Process:
        """The process that `serve` calls so."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if any(MODULES.get(name, name) in word for word in child.cmdline()))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
