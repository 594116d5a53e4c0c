"""The handshake between two hosts of a job: each new connection says which job and which host it belongs to.

Anything may connect to a port, such as a scan, or a host of another job on the same machine; and anything may listen.
"""

import hashlib
import os
import socket
from collections.abc import Collection

from byoc.errors import InputError
from byoc.hosts.resource_config import Cluster

LONGEST = 400  # bytes of a line, with its end
SECONDS = 2  # in which whoever has connected says all of it
WELCOME = "welcome"


def introduce(connection: socket.socket, cluster: Cluster, seconds: int) -> None:
    """Send this host's job and name to whatever listens, and wait so many seconds for its welcome.

    Raises InputError if this host is not, OSError if the connection ends before it is told.
    """
    port = connection.getpeername()[1]
    connection.settimeout(seconds)
    connection.sendall(f"{_job(cluster)} {cluster.current_host}\n".encode())
    try:
        with connection.makefile("rb", buffering=0) as lines:
            answer = lines.readline(LONGEST).decode(errors="replace")
    except TimeoutError:
        raise InputError(
            f"what listens at its port {port} does not answer the handshake within {seconds} s "
            "(BYOC_CLUSTER_SILENCE_SECONDS): if it is something else, set another BYOC_CLUSTER_PORT"
        ) from None
    if not answer:
        raise ConnectionError("it closed the connection")
    if answer.strip() != WELCOME:
        raise InputError(f"refused the handshake of {cluster.current_host} at port {port}: {answer.strip()}")


def identify(connection: socket.socket, cluster: Cluster, absent: Collection[str]) -> str:
    """Which of the `absent` hosts has connected, which gets a welcome; else "", and the host is sent the reason.

    Raises OSError if nothing is said in time, or the connection ends.
    """
    connection.settimeout(SECONDS)
    said = connection.recv(LONGEST)  # all at once: it is short, and the host that sent it waits
    job, _, host = said.decode(errors="replace").rstrip("\n").partition(" ")
    if not said.endswith(b"\n"):
        return ""
    answer = WELCOME
    if job != _job(cluster):
        answer = "another job uses this port; set another BYOC_CLUSTER_PORT"
    elif host not in absent:
        own = "give each host a name of its own, and each job on one machine a BYOC_CLUSTER_PORT of its own"
        answer = f"{host} has joined already: {own}"
    connection.sendall(f"{answer}\n".encode())
    return host if answer == WELCOME else ""


def _job(cluster: Cluster) -> str:
    """An id of this job, the same on all its hosts."""
    known = [os.environ.get("TRAINING_JOB_NAME", ""), *cluster.hosts]  # local runs have no name (T-30)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16]
