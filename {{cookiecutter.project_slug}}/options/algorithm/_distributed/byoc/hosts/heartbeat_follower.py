"""The follower's heartbeat: sends this host's status to the leader, and receives how the job ended."""

import time
from multiprocessing.connection import Connection

from byoc.errors import InputError
from byoc.hosts import rendezvous
from byoc.hosts.heartbeat import INTERVAL, Heartbeat, gone, messages, receive, send
from byoc.hosts.membership import Fault, Host


class Follower(Heartbeat):
    def _take_part(self) -> None:
        try:
            joined = rendezvous.join(self._cluster, self._settings, self._settings.port, self._waits_in_vain)
        except InputError as error:
            end = self._own.end
            if end and (end.code or self._own.stopping):
                self._finish(None, end.code)
            else:
                self._finish(Fault(self._cluster.leader, str(error)), 1)
            return
        connection, leader = messages(joined), Host(heard=time.monotonic())
        while not self.over.is_set():
            lost = leader.lost or self._silent(leader)
            if not lost:
                self._hear(connection, leader)
            elif not (self._own.stopping or leader.stopping):
                self._finish(Fault(self._cluster.leader, lost, leader.doing), 1)
            elif self._own.end:
                self._finish(None, self._own.end.code)
            else:
                time.sleep(INTERVAL)

    def _waits_in_vain(self) -> bool:
        """Whether to stop waiting for the leader, which has not started yet: this host was stopped, or has failed.

        The first may have failed likewise and be gone; and the time in which one waits is billed.
        """
        if self._own.stopping:
            return self._own.end is not None
        return bool(self._own.failed) and time.monotonic() - self._own.failed > self._settings.silence

    def _hear(self, connection: Connection, leader: Host) -> None:
        try:
            if self._due():
                send(connection, self._message())
            if self._ready([connection]):
                said = receive(connection)
                leader.take(**said["host"])
                if "code" in said:
                    self._finish(said["fault"] and Fault(**said["fault"]), said["code"])
        except (OSError, EOFError) as error:
            leader.lose(gone(error))
