"""How the hosts of a job meet: the first listens, and all others connect to it, by the names SageMaker gave (D-01)."""

import errno
import socket
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from byoc.cluster import Cluster
from byoc.errors import InputError

PAUSE = 0.2  # seconds between two attempts; a name may not resolve yet, and the host may start a minute later (D-03)
ATTEMPT = 5  # seconds for one
REPORT = 15  # seconds between two lines that tell who is waited for


def listen(cluster: Cluster, port: int) -> socket.socket:
    """Where the first host waits for the others: the address that its name stands for, else any of its own.

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
        raise InputError(f"BYOC_CLUSTER_PORT: hosts cannot meet at port {port}: {error}; set another one") from None


def _server(cluster: Cluster, address: str, port: int) -> socket.socket:
    return socket.create_server((address, port), backlog=cluster.size)


def accept(server: socket.socket) -> Connection:
    return _connection(server.accept()[0])


def join(cluster: Cluster, port: int, seconds: float) -> Connection:
    """Connect to the first host, which may come late. Raises InputError if it does not come in so many seconds."""
    began = told = time.monotonic()
    while True:
        try:
            return _connection(socket.create_connection((cluster.leader, port), timeout=ATTEMPT))
        except OSError as error:
            now = time.monotonic()
            if now - began > seconds:
                raise InputError(f"host {cluster.leader}: {never_came(seconds)} ({error})") from None
            if now - told > REPORT:
                told = now
                tell_awaited([cluster.leader], now - began)
        time.sleep(PAUSE)


def tell_awaited(hosts: list[str], seconds: float) -> None:
    print(f"waiting for {', '.join(hosts)}, for {seconds:.0f} s by now", flush=True)


def never_came(seconds: float) -> str:
    return f"not heard of within {seconds:.0f} s (BYOC_CLUSTER_START_SECONDS)"


def _connection(link: socket.socket) -> Connection:
    """Messages, each whole. What is sent goes out at once, and a blocked send does not outlive its socket."""
    link.settimeout(None)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(link.detach())
