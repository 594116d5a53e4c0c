"""This project's programs as the target, in the virtual environment that runs the kit: no Docker."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from ..outcome import NotChecked
from .program import Program
from .target import Launch, Target

# What a platform, a shell or a CI job may have set, and a container would not see.
FOREIGN = ("AWS_", "SM_", "SAGEMAKER_", "TRAINING_JOB_")


class Venv(Target):
    """`programs` is the folder with `train` and `serve`; SAGEMAKER_BASE_DIR stands for /opt/ml."""

    kind = "virtual environment"

    def __init__(self, programs: Path, environment: dict[str, str]):
        super().__init__(str(programs), environment)
        self.programs = programs.resolve()
        self.started: list[Program] = []
        self.labels = {}
        self.closed = False

    def launch(self, launch: Launch) -> "Process":
        """`program/<words[0]>` with `folder` as its base, or one whose model/ is a copy of `model`; it gets a port."""
        if launch.options:
            raise NotChecked("needs a container")
        if self.closed:
            raise NotChecked("the run was stopped")
        base = launch.folder or Path(tempfile.mkdtemp(prefix="contract-kit-"))
        if launch.model:
            shutil.copytree(launch.model, base / "model", dirs_exist_ok=True)
        for path in launch.read_only:
            make_read_only(base / path)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        inherited["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        port = free_port()
        own = {"SAGEMAKER_BASE_DIR": str(base), "SAGEMAKER_BIND_TO_PORT": str(port), "PYTHONUNBUFFERED": "1"}
        command = [self.programs / launch.words[0], *launch.words[1:]]
        passing = None if launch.folder else base
        program = Process(command, {**inherited, **own, **launch.environment}, port, passing)
        self.started.append(program)
        return program

    def remove_tree(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)

    def close(self) -> None:
        self.closed = True
        for program in self.started:
            program.remove()


class Process(Program):
    def __init__(self, command: list, environment: dict[str, str], port: int, folder: Path | None):
        self.port, self.folder = port, folder
        super().__init__(command, environment)

    def address(self, port: int = 8080) -> tuple[str, int]:
        return "127.0.0.1", self.port if port == 8080 else port

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def children(self) -> list[int]:
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, timeout=30)
        return [int(pid) for pid in listed.stdout.split()]

    def kill_child(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        children = self.children() if self.running else []
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in children:  # servers may have put theirs into process groups of their own
            try:
                os.killpg(os.getpgid(pid), signal.SIGKILL)
            except OSError:
                continue
        self.process.wait(30)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def make_read_only(folder: Path) -> None:
    if os.geteuid() == 0:
        raise NotChecked("root may write to a read-only folder; run the kit as another user, or against the image")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
