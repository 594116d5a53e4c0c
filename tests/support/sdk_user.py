"""Somebody with SageMaker's Python SDK and Docker, without an AWS account, without the internet, and not root."""

import os
import socketserver
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from console import free_port

SDK = Path(__file__).parents[1] / "images" / "sdk"
SETTINGS = "SchemaVersion: '1.0'\nSageMaker: {PythonSDK: {Modules: {TelemetryOptOut: true}}}\n"
LOCAL_SETTINGS = "local: {{local_code: true, serving_port: {port}, container_root: '{folder}'}}\n"

# Version 2 looks for the words "Docker Compose version v2", which Debian's Compose 2 and Compose 5 do not say.
DOCKER_COMPOSE = '#!/bin/sh\nexec docker compose "$@"\n'


class Internet(socketserver.ThreadingTCPServer):
    """A proxy that refuses every request and remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Refusal)
        self.asked_for: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Refusal(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.server.asked_for.append(self.rfile.readline().decode())
        self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


def install(version: str, folder: Path) -> Path:
    """Install the SDK of that version ("v2" or "v3") in a virtual environment; returns its Python."""
    python = folder / "bin/python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, "--require-hashes"]
    subprocess.run([*command, "--requirement", SDK / version / "requirements.txt"], check=True)
    return python


@dataclass
class User:
    """Works in `work`, and has everything else in `folder`."""

    python: Path
    folder: Path
    internet: Internet = field(default_factory=Internet)

    @property
    def work(self) -> Path:
        return self.folder / f"work-{self.folder.name}"  # Compose calls version 3's containers after it

    def __post_init__(self) -> None:
        settings = {
            "docker-compose": DOCKER_COMPOSE,
            "sagemaker.yaml": SETTINGS,
            ".sagemaker/config.yaml": LOCAL_SETTINGS.format(port=free_port(), folder=self.work),
        }
        for name, content in settings.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(content)
        (self.folder / "docker-compose").chmod(0o755)
        self.folder.chmod(0o755)
        self.work.mkdir()
        if not os.geteuid():
            os.chown(self.work, 4711, -1)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess:
        proxy = "http://{}:{}".format(*self.internet.server_address)
        environment = {
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "us-east-1",
            "HOME": str(self.folder),
            "HTTPS_PROXY": proxy,
            "HTTP_PROXY": proxy,
            "NO_PROXY": "localhost,127.0.0.1",
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SAGEMAKER_USER_CONFIG_OVERRIDE": str(self.folder / "sagemaker.yaml"),
        } | {name: value for name, value in os.environ.items() if name.startswith("DOCKER_")}
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"}
        return subprocess.run(
            [*not_root(), *command], cwd=self.work, env=environment, timeout=600, check=False, **output
        )


def not_root() -> list[str]:
    """Before a command of root's: makes it that of a user who may read all, use Docker, and change only their own."""
    if os.geteuid():
        return []
    docker = str(Path("/var/run/docker.sock").stat().st_gid)
    read = "+dac_read_search"
    drop = ["--reuid=4711", f"--regid={docker}", "--clear-groups", f"--inh-caps={read}", f"--ambient-caps={read}"]
    return ["setpriv", *drop]
