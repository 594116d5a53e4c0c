"""An image as the target: a container on the host's network for each start."""

import os
import platform
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from ..client import free_port, is_taken
from ..empty_handler import ENGINE
from ..outcome import BenchmarkError, LeftOut
from . import engine
from .engine import docker, last_lines
from .processes import proportional_set_size

TAKES_A_PORT = "com.amazonaws.sagemaker.capabilities.accept-bind-to-port"  # S-60
PREDICTOR = f"/opt/program/{ENGINE}"
BASE_IMAGE = Path(__file__).resolve().parents[4] / "base_image.txt"


def default_base() -> str:
    """What this project's images are built on; "" where there is no project around."""
    own = BASE_IMAGE.read_text("utf-8").strip() if BASE_IMAGE.exists() else ""
    return os.environ.get("BASE_IMAGE") or ("" if "{" in own else own)  # in the template itself, it has no answer yet


class Image:
    """`image` with the folder `model` as /opt/ml/model; `base` is the image that it is built on, "" if unknown."""

    def __init__(self, image: str, model: Path, base: str = "", name: str = ""):
        self.image, self.model, self.base, self.name = image, model, base, name or image

    def require(self) -> None:
        """Raise BenchmarkError unless it can be served here."""
        if platform.system() != "Linux":
            raise BenchmarkError(
                "A container can use the host's network only in Docker on Linux, and any other would be measured too: "
                "leave out the image to measure without Docker."
            )
        engine.require()
        _ = self.inspected

    @cached_property
    def inspected(self) -> dict:
        return engine.inspect(self.image)

    @contextmanager
    def serving(self, engine_source: str = "") -> Iterator["Container"]:
        """A container that serves, with this source, if any, in the place of its own ENGINE; removed at the end.

        The container uses the host's network: a published port goes through a userland proxy, which would be measured
        too. An image that does not claim to take another port listens on 8080.
        """
        labels = self.inspected["Config"].get("Labels") or {}
        port = free_port() if labels.get(TAKES_A_PORT) == "true" else 8080
        if is_taken(port):
            raise BenchmarkError(f"Port {port} is taken: stop what listens there, {self.name} needs it.")
        options = ["--network", "host", "--env", f"SAGEMAKER_BIND_TO_PORT={port}"]
        options += engine.mount(self.model, "/opt/ml/model")
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, engine.container_name() as container:
            if engine_source:
                file = Path(folder, Path(ENGINE).name)
                file.write_text(engine_source, "utf-8")
                options += engine.mount(file, PREDICTOR)
            server = Container(self.name, container, port, [*options, self.image, "serve"])
            try:
                yield server
            finally:
                server.client.communicate(timeout=engine.CALL_LIMIT)

    def engine(self) -> str:
        """The source of its ENGINE, "" if it has none."""
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, engine.container_name() as container:
            file = Path(folder, Path(ENGINE).name)
            docker("create", "--name", container, self.image, "serve")
            copied = docker("cp", f"{container}:{PREDICTOR}", str(file))
            return "" if copied.returncode else file.read_text("utf-8", errors="replace")

    def size(self) -> float:
        """MB (10^6 bytes, uncompressed) that the image adds to its base; raises LeftOut."""
        if not self.base:
            raise LeftOut("what it is built on is unknown; say it with --base")
        try:
            base = engine.inspect_base(self.base, f"{self.inspected['Os']}/{self.inspected['Architecture']}")
        except BenchmarkError as error:
            raise LeftOut(f"the base is not here: {error}") from None
        layers = base["RootFS"]["Layers"]
        if self.inspected["RootFS"]["Layers"][: len(layers)] != layers:
            raise LeftOut(f"it is not built on the {self.base} that this machine has; say on what with --base")
        return (self.inspected["Size"] - base["Size"]) / 1e6


class Container:
    """A client.Server. Its output stays in the engine's log: to follow it would cost CPU that the server needs."""

    def __init__(self, name: str, container: str, port: int, words: list[str]):
        self.name, self.container, self.port = name, container, port
        self.started = time.perf_counter()
        # Not waited for: a quick server may be ready before the client returns. Own session: see engine.docker.
        self.client = subprocess.Popen(
            ["docker", "run", "--detach", "--name", container, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip

    def end(self) -> str | None:
        if self.client.poll():
            return f"could not be started ({self.client.stdout.read().strip()})"
        state = docker("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", self.container).stdout.split()
        return f"ended with exit code {state[1]}" if state[0] == "exited" else None

    def log(self) -> str:
        return docker("logs", self.container).stdout

    def memory(self) -> tuple[int, str]:
        """PSS; where reading it of root's processes is not allowed, the engine's own count has to do."""
        listed = docker("top", self.container, "-eo", "pid")
        if listed.returncode:  # then it was somebody else who answered on its port
            raise BenchmarkError(f"{self.name} ended before its load did.\n{last_lines(self.log())}")
        try:
            return proportional_set_size(map(int, listed.stdout.split()[1:])), "PSS"
        except PermissionError:
            usage = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", self.container).stdout.split("/")[0]
            number, unit = re.fullmatch(r"([\d.]+)([KMGT]?i?B)", usage.strip()).groups()
            return round(float(number) * 1024 ** "BKMGT".index(unit[0])), "docker stats"
