"""This project's programs as the target, in the virtual environment that runs the benchmark: no Docker."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..client import free_port
from ..empty_handler import ENGINE
from ..outcome import BenchmarkError, LeftOut
from .processes import family, proportional_set_size

# What a platform, a shell or a CI job may have set, and a container would not see.
FOREIGN = ("AWS_", "SM_", "SAGEMAKER_", "TRAINING_JOB_")
STOP_LIMIT = 30  # seconds from SIGTERM to SIGKILL, as SageMaker gives (S-14)


class Venv:
    """`programs` is the folder with `serve`, `model` the folder that it finds as /opt/ml/model."""

    def __init__(self, programs: Path, model: Path):
        self.programs, self.model, self.name = programs.resolve(), model.resolve(), "virtual environment"

    def require(self) -> None:
        """Raise BenchmarkError unless it can be served here."""
        if not os.access(self.programs / "serve", os.X_OK):
            raise BenchmarkError(f"There is no program {self.programs / 'serve'}: say where it is with --programs.")
        if not shutil.which("ps"):
            raise BenchmarkError("ps is not on the PATH: install it (apt-get install procps).")

    @contextmanager
    def serving(self, engine_source: str = "") -> Iterator["Process"]:
        """`serve` as a process, with this source, if any, in the place of its own ENGINE; ended at the end."""
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            base, programs = Path(folder), self.programs
            (base / "model").symlink_to(self.model)
            if engine_source:
                for part in (programs, programs.parent / "byoc"):
                    shutil.copytree(part, base / part.name, ignore=shutil.ignore_patterns("__pycache__", "tools"))
                programs = base / programs.name
                (base / ENGINE).write_text(engine_source, "utf-8")
            server = Process(self.name, programs / "serve", base)
            try:
                yield server
            finally:
                server.stop()

    def engine(self) -> str:
        """The source of its ENGINE, "" if it has none."""
        file = self.programs.parent / ENGINE
        return file.read_text("utf-8") if file.exists() else ""

    def size(self) -> float:
        raise LeftOut("there is no image; name one with IMAGE=")


class Process:
    """A client.Server, whose output goes to a file."""

    def __init__(self, name: str, program: Path, base: Path):
        self.name, self.port, self.output = name, free_port(), base / "log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        environment |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "SAGEMAKER_BASE_DIR": str(base),
            "SAGEMAKER_BIND_TO_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with self.output.open("wb") as output:
            self.started = time.perf_counter()
            # A session of its own: Ctrl-C must reach this program, which ends the server, and nothing else.
            self.process = subprocess.Popen(
                [program], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def end(self) -> str | None:
        code = self.process.poll()
        return None if code is None else f"ended with exit code {code}"

    def log(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def memory(self) -> tuple[int, str]:
        if self.process.poll() is not None:
            raise BenchmarkError(f"{self.name} {self.end()} before its load did.")
        total = proportional_set_size(family(self.process.pid))
        if not total:
            raise LeftOut("only Linux tells what processes take together")
        return total, "PSS"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            for pid in family(self.process.pid):  # servers may have put theirs into process groups of their own
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(STOP_LIMIT)
