"""A running program: its output line by line, its end, its removal in any case."""

import signal
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path

from ..outcome import NotHeld


class Program(ABC):
    """`command` as a child process. `lines` holds (time.monotonic(), text) of all that it has printed so far."""

    def __init__(self, command: list[str | Path], environment: dict[str, str] | None = None):
        self.lines: list[tuple[float, str]] = []
        self.started = time.monotonic()
        # A session of its own: Ctrl-C must reach the kit, which cleans up, and nothing else.
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @abstractmethod
    def address(self, port: int = 8080) -> tuple[str, int]:
        """Where the program's TCP port is reached."""

    @abstractmethod
    def send(self, number: signal.Signals) -> None:
        """A signal to the main process."""

    @abstractmethod
    def children(self) -> list[int]:
        """The process ids of the main process's children."""

    @abstractmethod
    def kill_child(self, pid: int) -> None:
        """SIGKILL to one of them."""

    def cpu_seconds(self) -> float:
        """The time that it has used so far; by the clock where nothing else is known."""
        return time.monotonic()

    @abstractmethod
    def remove(self) -> None:
        """End it, and leave nothing behind."""

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append((time.monotonic(), line.rstrip("\n")))

    @property
    def output(self) -> str:
        return "\n".join(text for _, text in self.lines)

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def is_alive(self) -> bool:
        """Whether an answer that has just come can be its own: another may listen at the address of one that ended."""
        return self.running

    def wait(self, seconds: float) -> int:
        """The exit code; raises NotHeld if the program does not end in time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotHeld(f"still running after {seconds:.0f} s") from None
        self._reader.join(5)
        return self.process.returncode

    def last_line(self) -> str:
        return next((text.strip()[:200] for _, text in reversed(self.lines) if text.strip()), "(it printed nothing)")


def wait_until(condition, seconds: float, interval: float = 0.02) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True
