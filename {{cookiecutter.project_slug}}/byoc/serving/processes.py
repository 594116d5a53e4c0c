"""The processes of every `serve`: started in order, watched, drained and ended together."""

import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from byoc import console, cpus, version
from byoc.errors import SettingError
from byoc.settings import MODELS_FOLDER, MODELS_HOST, Settings

Address = tuple[str, int] | Path  # a host and port, or a Unix socket

# Where `serve` lies, and with it what its processes import: predictor.py, wsgi.py or asgi.py. They run there, as Python
# and gunicorn import from the current folder first, which may be that of another project.
PROGRAM = Path(sys.argv[0]).resolve().parent
BYOC = Path(__file__).resolve().parents[2]  # which in the image is the same folder
GRACE = 25  # seconds to finish what is under way; SageMaker kills after 30 (S-14)
SOCKET_FOLDER = 103 - 50  # bytes: a Unix socket's path may have 103 on macOS, 107 on Linux; ours add up to 49
FILES = 1 << 16  # open files, of which each connection is one; an engine may grant 1,024, and many more if asked


class Servers:
    """Processes that need each other: one started later drains earlier. The end of one is the end of all (S-12)."""

    def __init__(self) -> None:
        self.all: dict[str, Server] = {}
        self.stopping = False

    def run(self, start: Callable[["Servers"], bool]) -> int:
        """`start` them all and watch; returns the exit code: 0 after SIGTERM, 1 if one ended by itself."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.drain)
        signal.signal(signal.SIGALRM, self.kill)
        try:
            if not start(self):
                return 0 if self.stopping else 1
            return self.watch()
        finally:
            self.kill()

    def start(self, name: str, command: list[object], address: Address, **options: Any) -> bool:
        """Start one and wait until it listens on `address`, a host and port or a Unix socket; False if it ended.

        `options` are those of Server.
        """
        server = self.all[name] = Server([str(word) for word in command], **options)
        if self.stopping:  # SIGTERM came before there was this one to pass it on to
            server.drain()
        while server.poll() is None:
            if accepts(address):
                return True
            time.sleep(0.01)
        return False

    def watch(self) -> int:
        while self.running():
            pid, status = os.wait()
            for name, server in self.all.items():
                if server.pid == pid:
                    server.returncode = os.waitstatus_to_exitcode(status)
                    if not self.stopping:
                        line = f"serve: {name} ended by itself, exit code {server.returncode}"
                        print(line, file=sys.stderr, flush=True)
                        return 1
                    self.drain_last()
        return 0

    def running(self) -> list["Server"]:
        return [server for server in self.all.values() if server.returncode is None]

    def drain(self, *_: object) -> None:
        self.stopping = True
        signal.alarm(GRACE)
        self.drain_last()

    def drain_last(self) -> None:
        for server in self.running()[-1:]:
            server.drain()

    def kill(self, *_: object) -> None:
        for server in self.all.values():
            with suppress(OSError):  # gone already, with all its workers
                os.killpg(server.pid, signal.SIGKILL)


class Server(subprocess.Popen):
    """A process in a group of its own, so that Ctrl-C reaches only `serve`. `stop` lets it finish what it has."""

    def __init__(self, command: list[str], stop: signal.Signals = signal.SIGTERM, **options: Any):
        super().__init__(command, process_group=0, **options)
        self.stop = stop

    def drain(self) -> None:
        os.kill(self.pid, self.stop)  # send_signal would reap it, and `watch` wait for it in vain


def accepts(address: Address) -> bool:
    """Whether a port of this host, or a Unix socket, takes connections."""
    family, where = (socket.AF_UNIX, str(address)) if isinstance(address, Path) else (socket.AF_INET, address)
    try:
        with socket.socket(family) as probe:
            probe.connect(where)
    except OSError:
        return False
    return True


def start_models(running: Servers, folder: Path) -> bool:
    """Start what keeps the models of a multi-model endpoint, before the workers that ask it; False if it ended."""
    command = [sys.executable, "-m", "byoc.serving.multi_model.host", folder, "predictor"]
    # It ends when the pipe does, so that it does not outlive this process, however that ends.
    options = {"cwd": PROGRAM, "env": {"OMP_NUM_THREADS": "1", **imports()}, "stdin": subprocess.PIPE}
    return running.start("models", command, folder / MODELS_HOST, **options)


def environment(settings: Settings, folder: Path, **more: str) -> dict[str, str]:
    """What workers inherit: libraries with thread pools of their own share the CPUs with the other workers (L-10)."""
    threads = max(1, cpus.available() // settings.workers)
    return {"OMP_NUM_THREADS": str(threads), **imports(), MODELS_FOLDER: str(folder), **more}


def imports() -> dict[str, str]:
    """This process's environment, in which the project's modules and byoc are found."""
    there = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(PROGRAM), str(BYOC), *there])}


def main(about: str, start: Callable[[Servers, Settings, Path], bool]) -> int:
    """Run `start(servers, settings, folder)`, which starts each of them; `folder` is theirs, and goes with them."""
    if "--help" in sys.argv:
        print("usage: serve [--help | --version]", about, sep="\n")
        print("Environment variables, the only way to set anything on SageMaker:")
        print(Settings.as_text())
        return 0
    if "--version" in sys.argv:
        print(version())
        return 0
    for stream in (sys.stdout, sys.stderr):  # all servers write there: into a file, one must not overwrite the other
        fcntl.fcntl(stream, fcntl.F_SETFL, fcntl.fcntl(stream, fcntl.F_GETFL) | os.O_APPEND)
    raise_limit_of_files()
    try:
        check_names()
        settings = Settings.from_environment()
        check_free(settings)
        parent = short_folder()
    except SettingError as error:
        sys.exit(f"serve: {error}")

    def start_all(servers: Servers) -> bool:
        started = start(servers, settings, Path(folder))
        if started:
            console.say(f"serve: listening on port {settings.port}")
        return started

    with tempfile.TemporaryDirectory(prefix="serve-", dir=parent) as folder:
        return Servers().run(start_all)


def check_names() -> None:
    """Refuse a variable of ours that is misspelt; of SageMaker's it may have one that is like ours: tell of it."""
    for name, near in Settings.misspelt():
        if name.startswith("BYOC_"):
            raise SettingError(f"{name} is no setting; did you mean {near}? `serve --help` lists them")
        print(f"serve: {name} has no effect here; did you mean {near}? `serve --help` lists all", flush=True)


def raise_limit_of_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    with suppress(OSError, ValueError):  # macOS says that there is no limit, and has one
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def check_free(settings: Settings) -> None:
    """Raise SettingError for an address that this host has not, or a port that is taken.

    At once: each server would try for seconds, and say less.
    """
    tries = {
        f"BYOC_BIND_ADDRESS={settings.address!r}": (
            settings.address,
            0,
            "set one of this machine's",
        ),
        f"SAGEMAKER_BIND_TO_PORT={settings.port}": (*settings.endpoint, "stop what listens there, or set another port"),
    }
    for setting, (address, port, way_out) in tries.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except (OSError, OverflowError, UnicodeError) as error:
                raise SettingError(f"{setting} cannot be used: {error}; {way_out}") from None


def short_folder() -> str:
    """The folder for temporary ones, or /tmp if the paths of Unix sockets in it would be too long for the system."""
    folders = [tempfile.gettempdir(), "/tmp"]
    for folder in folders:
        if len(os.fsencode(folder)) <= SOCKET_FOLDER and os.access(folder, os.W_OK | os.X_OK):
            return folder
    raise SettingError(
        f"TMPDIR={folders[0]!r} is too long for Unix sockets, and /tmp cannot be written to; "
        f"set TMPDIR to a folder whose path has at most {SOCKET_FOLDER} bytes"
    )
