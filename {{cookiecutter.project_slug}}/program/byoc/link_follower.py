"""Every other host's part in the link of a job's hosts: it says how it is, and hears what has become of the job."""

import time
from multiprocessing.connection import Connection

from byoc import meeting
from byoc.errors import InputError
from byoc.hosts import Fault, Host
from byoc.link import BEAT, Link, gone, messages, receive, send


class Follower(Link):
    def _take_part(self) -> None:
        try:
            link = meeting.join(self._cluster, self._settings, self._settings.port)
        except InputError as error:
            self._finish(Fault(self._cluster.leader, str(error)), 1)
            return
        connection, leader = messages(link), Host(heard=time.monotonic())
        while not self.over.is_set():
            lost = leader.lost or self._silent(leader)
            if not lost:
                self._hear(connection, leader)
            elif not (self._own.stopping or leader.stopping):
                self._finish(Fault(self._cluster.leader, lost, leader.doing), 1)
            elif self._own.end:
                self._finish(None, self._own.end.code)
            else:
                time.sleep(BEAT)

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
