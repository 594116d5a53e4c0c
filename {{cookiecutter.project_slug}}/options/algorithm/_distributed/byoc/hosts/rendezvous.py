"""Rendezvous: the first host listens, and all others connect to it, by the names that SageMaker gave (D-01)."""

import errno
import socket
import struct
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from multiprocessing.connection import Connection

from byoc.errors import InputError
from byoc.hosts import handshake
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.resource_config import Cluster

PAUSE = 0.2  # seconds between two attempts; a name may not resolve yet, and the host may start a minute later (D-03)
ATTEMPT = 5  # seconds for one
REPORT = 15  # seconds between two lines that tell who is waited for


def listen(cluster: Cluster, port: int) -> socket.socket:
    """The first host's listening socket: at the address that its name resolves to, else at any of its own.

    Raises InputError if the port is taken.
    """
    address = ""
    with suppress(OSError):
        address = socket.gethostbyname(cluster.leader)
    try:
        try:
            return _server(cluster, address, port)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:  # the name stands for a machine in front of this one
                raise
            return _server(cluster, "", port)
    except (OSError, OverflowError) as error:
        raise InputError(f"BYOC_CLUSTER_PORT={port} cannot be used: {error}; set another port") from None


def _server(cluster: Cluster, address: str, port: int) -> socket.socket:
    return socket.create_server((address, port), backlog=cluster.size)


def accept(server: socket.socket, cluster: Cluster, absent: Collection[str]) -> dict[str, socket.socket]:
    """The `absent` host that has connected, by its name; empty for anything else, whose connection is closed."""
    connection, _ = server.accept()
    with suppress(OSError):
        if host := handshake.identify(connection, cluster, absent):
            return {host: connection}
    connection.close()
    return {}


def join(
    cluster: Cluster, settings: ClusterSettings, port: int, in_vain: Callable[[], bool] = lambda: False
) -> socket.socket:
    """Connect to the first host, which may start late; gives up once `in_vain` says so.

    Raises InputError, which says why, if hosts cannot meet.
    """
    began = told = time.monotonic()
    while True:
        try:
            return _attempt(cluster, settings, port)
        except OSError as error:
            now = time.monotonic()
            if now - began > settings.start or in_vain():
                raise InputError(f"{never_came(settings.start)} ({error})") from None
            if now - told > REPORT:
                told = now
                tell_awaited([cluster.leader], now - began)
        time.sleep(PAUSE)


def _attempt(cluster: Cluster, settings: ClusterSettings, port: int) -> socket.socket:
    connection = socket.create_connection((cluster.leader, port), timeout=ATTEMPT)
    try:
        handshake.introduce(connection, cluster, settings.silence)
    except Exception:
        connection.close()
        raise
    return connection


def tell_awaited(hosts: list[str], seconds: float) -> None:
    print(f"still waiting for {', '.join(hosts)} after {seconds:.0f} s", flush=True)


def never_came(seconds: float) -> str:
    return f"did not start within {seconds:.0f} s (BYOC_CLUSTER_START_SECONDS)"


def messages(connection: socket.socket, seconds: int = 0) -> Connection:
    """A connection for whole messages, sent without delay. One that takes more than `seconds` raises OSError."""
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        connection.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", seconds, 0))  # a timeval; 0 is for ever
    return Connection(connection.detach())
