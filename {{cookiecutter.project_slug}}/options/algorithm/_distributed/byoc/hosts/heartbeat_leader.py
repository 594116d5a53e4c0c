"""The leader's heartbeat: receives every host's status, and decides and sends how the job ended."""

import socket
import time
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection

from byoc.hosts import membership, rendezvous
from byoc.hosts.heartbeat import LEAVING, Heartbeat, gone, messages, receive, send
from byoc.hosts.membership import Fault, Host

SETTLE = 2  # seconds after a failure in which a better reason may come: one host's failure makes others fail, too


class Leader(Heartbeat):
    def _take_part(self) -> None:
        self._began = self._told = time.monotonic()
        self._hosts = {host: Host() for host in self._cluster.hosts} | {self._cluster.leader: self._own}
        self._names: dict[Connection, str] = {}
        with rendezvous.listen(self._cluster, self._settings.port) as server:
            while (fault := self._fault()) is None and not self._all_ended():
                if self._due():
                    self._say(self._message())
                self._hear(server)
            code = int(fault is not None)
            if fault is None and self._own.end.code:  # it was stopped, and has no model
                fault, code = Fault(self._cluster.leader, self._own.end.reason), self._own.end.code
            last = self._message() | {"fault": fault and asdict(fault), "code": code}
            self._say(last)
            self._finish(fault, code)
            self._see_off(server, last)

    def _hear(self, server: socket.socket) -> None:
        for each in self._ready([server, *self._names]):
            if each is server:
                self._admit(server)
                continue
            host = self._hosts[self._names[each]]
            try:
                said = receive(each)
                host.take(**said["host"])
            except (OSError, EOFError) as error:
                del self._names[each]
                host.lose(gone(error))

    def _admit(self, server: socket.socket) -> None:
        for name, joined in rendezvous.accept(server, self._cluster, self._absent()).items():
            self._names[messages(joined)] = name
            self._hosts[name].take("starting", 0)

    def _absent(self) -> list[str]:
        return [name for name, host in self._hosts.items() if not host.heard]

    def _say(self, message: dict) -> None:
        for connection in self._names:
            with suppress(OSError):  # reading tells that it is gone
                send(connection, message)

    def _all_ended(self) -> bool:
        """Whether all hosts have ended; one that was stopped may be gone already, or never start."""
        stopping = self._own.stopping
        return all(
            host.end or (host.lost and host.stopping) or (stopping and (host.lost or not host.heard))
            for host in self._hosts.values()
        )

    def _fault(self) -> Fault | None:
        if self._look().stopping:
            return None
        now = time.monotonic()
        for host in self._hosts.values():
            if host.heard and not host.lost and (silent := self._silent(host)):
                host.lose(silent)
        failures = [host.failed for host in self._hosts.values() if host.failed]
        if failures and now - min(failures) > SETTLE:
            return membership.fault(self._hosts)
        if absent := self._absent():
            return self._await(absent, now)
        if stuck := membership.stuck(self._hosts, self._settings.stall):
            reason = f"stuck: no progress for {self._settings.stall} s (BYOC_CLUSTER_STALL_SECONDS)"
            return Fault(", ".join(stuck), reason, "; ".join(stuck.values()))
        return None

    def _await(self, absent: list[str], now: float) -> Fault | None:
        if now - self._began > self._settings.start:
            return Fault(", ".join(absent), rendezvous.never_came(self._settings.start))
        if now - self._told > rendezvous.REPORT:
            self._told = now
            rendezvous.tell_awaited(absent, now - self._began)
        return None

    def _see_off(self, server: socket.socket, last: dict) -> None:
        """Wait until the other hosts have received it, after a failure also those that have not started yet.

        Closing a connection with words unread may take back the last one; and who comes later would wait for long.
        """

        def awaited() -> bool:
            return bool(self._absent()) and time.monotonic() < late and not self._own.stopping

        now = time.monotonic()
        late = min(now + self._settings.silence, self._began + self._settings.start)
        end = LEAVING + (late if awaited() else now)
        while (self._names or awaited()) and time.monotonic() < end:
            if self._due():
                self._say(last)
            self._hear(server)
