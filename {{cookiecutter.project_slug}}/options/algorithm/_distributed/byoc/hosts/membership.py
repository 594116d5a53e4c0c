"""Membership: the state of each host of a job, and which host's failure caused the others'."""

import time
from dataclasses import dataclass
from typing import Any

from byoc.failure import End


@dataclass(frozen=True)
class Fault:
    """The failure of a host, which ends the job."""

    host: str
    reason: str
    doing: str = ""

    def __str__(self) -> str:
        return f"host {self.host}{self.doing and f', while {self.doing}'}: {self.reason}"


@dataclass
class Host:
    """The state of one host; times are those of `time.monotonic`."""

    doing: str = "starting"
    heard: float = 0
    steps: int = 0
    moved: float = 0  # when it did the last of them
    failed: float = 0
    stopping: bool = False  # it was told to, and may be gone at any time
    end: End | None = None
    lost: str = ""  # how, if it is

    def take(self, doing: str, steps: int, end: dict[str, Any] | None = None, stopping: bool = False) -> None:
        """Record the status that the host has sent."""
        before, self.heard, self.doing = self.heard, time.monotonic(), doing
        if stopping:
            self.stopping = True
        if steps != self.steps or not before:
            self.steps, self.moved = steps, self.heard
        if end and not self.end:
            self.end = End(**end)
            self.failed = self.heard if self.end.code else 0

    def lose(self, how: str) -> None:
        self.lost = how
        if not self.stopping:
            self.failed = time.monotonic()

    @property
    def stopped(self) -> bool:
        return bool(self.end and self.end.stopped)


def fault(hosts: dict[str, Host]) -> Fault | None:
    """The failure that most likely caused the others: a lost host, a killed training, or else the first one."""

    def likelihood(name: str) -> tuple[bool, bool, float]:
        host = hosts[name]
        return not host.lost, not (host.end and (host.end.code > 128 or host.stopped)), host.failed

    failed = sorted((name for name, host in hosts.items() if host.failed), key=likelihood)
    if not failed or all(hosts[name].stopped for name in failed):
        return None
    host = hosts[failed[0]]
    return Fault(failed[0], host.lost or host.end.reason, host.doing)


def stuck(hosts: dict[str, Host], seconds: float) -> dict[str, str]:
    """The status of each host, if all wait for each other and none made progress for so many seconds; else empty."""
    at_work = {name: host for name, host in hosts.items() if not host.end}
    if len(at_work) < 2 or any(time.monotonic() - host.moved < seconds for host in at_work.values()):
        return {}
    return {name: host.doing for name, host in at_work.items()}
