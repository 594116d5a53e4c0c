"""Collectives between the training processes of a job's hosts: gather, broadcast, any; all through the first host.

For what no framework's own engine carries: which labels there are, which columns, whether to stop, the scores of all
rows. On one host everything here is at hand already, so that an algorithm need not ask how many there are.
"""

import io
import json
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from byoc import status
from byoc.errors import InputError
from byoc.hosts import rendezvous
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.resource_config import Cluster

# Seconds for which a training that may have lost the others goes no further: if it has, its supervisor hears why, and
# ends it.
PATIENCE = 20


class Collectives:
    """The collectives of a job: every host must call the same methods in the same order."""

    def __init__(self, rank: int = 0, size: int = 1, connections: Sequence[Connection] = ()):
        """`connections` are those of the first host to each other one, and of any other to the first."""
        self.rank = rank
        self.size = size
        self._connections = connections
        self._waited = False

    @classmethod
    def join(cls, cluster: Cluster, settings: ClusterSettings) -> "Collectives":
        """Connect all hosts. Raises InputError if one does not start in time."""
        if cluster.size == 1:
            return cls()
        port = settings.port + 1
        if cluster.rank:
            try:
                connection = rendezvous.join(cluster, settings, port)
            except InputError as error:
                raise InputError(f"host {cluster.leader}: {error}") from None
            return cls(cluster.rank, cluster.size, [rendezvous.messages(connection)])
        found: dict[str, socket.socket] = {}
        end = time.monotonic() + settings.start
        with rendezvous.listen(cluster, port) as server:
            while absent := [host for host in cluster.hosts[1:] if host not in found]:
                server.settimeout(max(0.01, end - time.monotonic()))
                try:
                    found |= rendezvous.accept(server, cluster, absent)
                except TimeoutError:
                    raise InputError(f"host {', '.join(absent)}: {rendezvous.never_came(settings.start)}") from None
        return cls(0, cluster.size, [rendezvous.messages(found[host]) for host in cluster.hosts[1:]])

    @contextmanager
    def together(self, *errors: type[Exception]) -> Iterator[None]:
        """A block in which hosts wait for each other: one of `errors` in it may come of another's failure.

        That is the reason to tell then, and not these errors; it takes a moment to be known, once for all such blocks.
        """
        try:
            yield
        except (*errors, OSError, EOFError) as error:
            if self.size > 1 and not self._waited:
                self._waited = True
                why = f"waiting {PATIENCE} s in case another host's failure is the cause"
                print(f"{type(error).__name__}: {error}; {why}", flush=True)
                time.sleep(PATIENCE)
            raise
        status.step()

    def gather(self, value: Any) -> list[Any]:
        """All hosts' values, in the order of their ranks, on every host; a value is anything that JSON can hold."""
        with self.together():
            return [json.loads(each) for each in self._gather(json.dumps(value).encode())]

    def any(self, wish: bool) -> bool:
        """Whether it is true on any host."""
        return any(self.gather(wish))

    def broadcast(self, content: bytes = b"") -> bytes:
        """The first host's content, on every host."""
        with self.together():
            if self.rank:
                return self._connections[0].recv_bytes()
            for connection in self._connections:
                connection.send_bytes(content)
            return content

    def gather_rows(self, rows: np.ndarray) -> np.ndarray:
        """On the first host the rows (n, …) of all hosts, in the order of their ranks; on other hosts their own rows.

        Arrays of numbers or of texts, whose type is the same on every host.
        """
        content = io.BytesIO()
        np.save(content, rows, allow_pickle=False)
        with self.together():
            if self.rank:
                self._connections[0].send_bytes(content.getbuffer())
                return rows
            others = [io.BytesIO(each.recv_bytes()) for each in self._connections]
        return np.concatenate([rows, *(np.load(each, allow_pickle=False) for each in others)])

    def _gather(self, content: bytes) -> list[bytes]:
        if self.rank:
            self._connections[0].send_bytes(content)
            return [self._connections[0].recv_bytes() for _ in range(self.size)]
        found = [content, *(connection.recv_bytes() for connection in self._connections)]
        for connection in self._connections:
            for each in found:
                connection.send_bytes(each)
        return found
