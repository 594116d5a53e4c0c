"""Runs the commands that a README shows, and holds their output against what it shows.

A block fenced as `console` has commands, behind `$ `, each followed by its output. In the output, `…` stands for
anything within a line; alone on a line, for any number of lines. Standard error counts as output.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMEOUT = 600  # seconds for one command; the slowest builds an image
SERVER = re.compile(r"^(\w+=\S+ )*(local_test/serve_local\.sh|make serve)\b")


@dataclass
class Command:
    line: str
    output: list[str]

    @property
    def starts_server(self) -> bool:
        return bool(SERVER.match(self.line))


def commands(markdown: str) -> list[Command]:
    found: list[Command] = []
    for block in BLOCK.findall(markdown):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line.removeprefix("$ "), []))
            else:
                found[-1].output.append(line)
    return found


def part(markdown: str, heading: str) -> str:
    """From the heading that begins so, of the second level, to the next; the title, "# ", begins the first part."""
    return next(text for text in markdown.split("\n## ") if text.startswith(heading))


def without_image(commands: list[Command], image: str) -> list[Command]:
    """Those that also work where there is no Docker, without the image's name."""
    own = [command for command in commands if not re.search(r"\bdocker\b|^make ", command.line)]
    return [Command(command.line.replace(f" {image}", ""), command.output) for command in own]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHON": sys.executable, "PORT": str(free_port())}
    command = ["make", "--no-print-directory", *arguments]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, cwd=folder, env=environment, text=True, timeout=600, check=False, **streams)


def matches(expected: list[str], actual: str) -> bool:
    """Whether `actual` is what the lines of `expected` allow."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r"\n" for line in expected
    )
    return re.fullmatch(pattern, actual if actual.endswith("\n") or not actual else f"{actual}\n") is not None


@dataclass
class Session:
    """A terminal in `folder`, and another for a server that stays until the next one starts, or until the end.

    Servers listen on a port of the session's own, for which 8080 stands in what a command shows.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    server: subprocess.Popen | None = None
    port: str = field(default_factory=lambda: str(free_port()))

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, *commands: Command) -> None:
        """Run them in turn; raises AssertionError with what was shown and what came if they differ."""
        for command in commands:
            expected = [line.replace(":8080/", f":{self.port}/") for line in command.output]
            actual = self._serve(command, expected) if command.starts_server else self._run(command)
            shown = "\n".join(expected)
            assert matches(expected, actual), f"$ {command.line}\n--- shown\n{shown}\n--- came\n{actual}"

    def stop(self) -> None:
        if self.server:
            os.killpg(self.server.pid, signal.SIGINT)  # what Ctrl-C does
            self.server.wait(timeout=60)
            self.server = None

    @property
    def _environment(self) -> dict[str, str]:
        """A person's terminal is not inside make, as these tests may be."""
        inherited = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
        return inherited | {"PORT": self.port} | self.environment

    def _run(self, command: Command) -> str:
        return subprocess.run(
            ["bash", "-c", command.line],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
        ).stdout

    def _serve(self, command: Command, expected: list[str]) -> str:
        """Start a server in the background; returns what it printed until it had printed what is expected."""
        self.stop()
        log = self.folder.parent / "server.log"
        with log.open("w") as output:
            self.server = subprocess.Popen(
                ["bash", "-c", f"exec env {command.line}"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.server.poll() is None:
            if matches(expected, log.read_text()):
                break
            time.sleep(0.1)
        return log.read_text()
