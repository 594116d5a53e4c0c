"""Heartbeats between the hosts of a job: each sends its status once a second, so that all end if one fails (D-05).

The leader, which is the first host, receives the status of all hosts, and in the end sends them how the job ended. The
heartbeat runs in each host's supervisor, so that a training which hangs, or which is in code that holds Python's lock,
does not delay it.
"""

import json
import os
import signal
import socket
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Set
from dataclasses import asdict
from multiprocessing.connection import Connection, wait
from typing import Any

from byoc import status
from byoc.errors import InputError
from byoc.failure import End
from byoc.hosts import rendezvous
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.membership import Fault, Host
from byoc.hosts.resource_config import Cluster

INTERVAL = 1  # seconds from one message to the next
HALF = 5  # seconds after which no more is awaited of a message that has begun
LEAVING = 5  # seconds in which the others take note of how the job ended


class Heartbeat(threading.Thread, ABC):
    """One host's heartbeat, as a thread. Calls `notify` once it is `over`: all hosts have ended, or one has failed."""

    def __init__(self, cluster: Cluster, settings: ClusterSettings, notify: Callable[[], None]):
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.fault: Fault | None = None
        self.code = 0  # of a host that has no fault of its own
        self.host = cluster.current_host
        self._cluster, self._settings, self._notify = cluster, settings, notify
        self._own = Host()
        self._said = 0.0  # when, last
        self._said_news = (False, False)
        self._woken, self._wake = os.pipe()

    def stop(self) -> None:
        """Send that this host was told to stop. So are all others, and any of them may end first."""
        self._own.stopping = True
        os.write(self._wake, b"\n")

    def ended(self, end: End) -> None:
        """Send how the training on this host ended."""
        self._look(end)
        os.write(self._wake, b"\n")

    def leave(self, signals: Set[signal.Signals]) -> None:
        """Once it is over, wait until the other hosts know it; less long if one of the blocked `signals` comes."""
        while self.over.is_set() and self.is_alive():
            self.join(0.1)
            if signals & signal.sigpending():
                self.stop()

    def run(self) -> None:
        try:
            self._take_part()
        except InputError as error:
            self._finish(Fault(self.host, str(error)), 1)
        except Exception as error:  # a fault of ours: else this host would wait for ever to hear that it is over
            traceback.print_exc()
            self._finish(Fault(self.host, f"{type(error).__name__}: {error}"), 1)

    @abstractmethod
    def _take_part(self) -> None:
        """Run until it is over; raises InputError if the hosts cannot connect."""

    def _message(self) -> dict[str, Any]:
        own = self._look()
        end = own.end and asdict(own.end)
        return {"host": {"doing": own.doing, "steps": own.steps, "end": end, "stopping": own.stopping}}

    def _look(self, end: End | None = None) -> Host:
        """This host's present state; `end` is how its training ended."""
        self._own.take(status.current(), status.steps(), end and asdict(end))
        return self._own

    def _due(self) -> bool:
        """Whether it is time to send: every second, and at once when the training ended or is to stop."""
        news, now = (self._own.end is not None, self._own.stopping), time.monotonic()
        due = now - self._said >= INTERVAL or news != self._said_news
        if due:
            self._said, self._said_news = now, news
        return due

    def _ready(self, sources: list[Any]) -> list[Any]:
        """The sources that have something to read, before it is time to send again."""
        ready = wait([*sources, self._woken], max(0.0, self._said + INTERVAL - time.monotonic()))
        if self._woken in ready:
            os.read(self._woken, 1)
        return [each for each in ready if each != self._woken]

    def _silent(self, host: Host) -> str:
        seconds = time.monotonic() - host.heard
        if seconds <= self._settings.silence:
            return ""
        return f"lost: no heartbeat for {seconds:.0f} s (BYOC_CLUSTER_SILENCE_SECONDS={self._settings.silence})"

    def _finish(self, fault: Fault | None, code: int) -> None:
        if self.over.is_set():
            return
        self.fault, self.code = fault, code
        self.over.set()
        self._notify()


def messages(connection: socket.socket) -> Connection:
    return rendezvous.messages(connection, HALF)


def send(connection: Connection, message: dict[str, Any]) -> None:
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection) -> dict[str, Any]:
    return json.loads(connection.recv_bytes())


def gone(error: Exception) -> str:
    return f"lost ({str(error) or 'it closed the connection'})"
