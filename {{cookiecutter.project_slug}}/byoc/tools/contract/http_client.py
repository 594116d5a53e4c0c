"""HTTP requests as SageMaker sends them, each on a connection of its own."""

import http.client
import socket
import struct
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from email.message import Message
from typing import NamedTuple

Address = tuple[str, int]
TCP_INFO = "68x I 28x I"  # tcpi_rtt and tcpi_total_retrans of struct tcp_info in <linux/tcp.h>


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes
    seconds: float

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")

    def brief(self) -> str:
        """For a report: the status and the beginning of the body."""
        text = self.body[:80].decode(errors="replace").strip()
        return f"{self.status} {text!r}" if text else f"{self.status}, empty body"


def ask(
    address: Address,
    method: str,
    path: str,
    body: bytes | Iterable[bytes] | None = None,
    headers: dict[str, str] | None = None,
    seconds: float = 30,
) -> Answer:
    """One request; an iterable as the body is sent in chunks. Raises OSError or HTTPException if no answer comes."""
    connection = http.client.HTTPConnection(*address, timeout=seconds)
    started = time.monotonic()
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer, say 413, before it has read everything
            connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read(), time.monotonic() - started)
    finally:
        connection.close()


def expect_continue(address: Address, path: str, body: bytes, headers: dict[str, str], seconds: float = 30) -> Answer:
    """A request that waits for `100 Continue`, as curl does for large bodies, or for one second."""
    head = {"Host": "model.aws.local", "Content-Length": str(len(body)), "Expect": "100-continue", **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    started = time.monotonic()
    with socket.create_connection(address, seconds) as connection:
        connection.sendall("\r\n".join(lines).encode())
        connection.settimeout(1)
        with suppress(TimeoutError):
            first = connection.recv(65536)
            if first and b" 100 " not in first.splitlines()[0]:  # it will not have the body
                return Answer(int(first.split()[1]), Message(), b"", time.monotonic() - started)
        connection.settimeout(seconds)
        connection.sendall(body)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read(), time.monotonic() - started)


def connect_seconds(address: Address) -> float:
    """How long a new connection took, by Linux's own measure: this process may wait for a CPU before it hears of it.

    A request to connect that had to be repeated met a full queue; it counts by the clock, as all do on other systems.
    """
    started = time.monotonic()
    with socket.create_connection(address, 5) as connection:
        by_the_clock = time.monotonic() - started
        if not sys.platform.startswith("linux"):
            return by_the_clock
        info = struct.unpack_from(TCP_INFO, connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104))
    microseconds, repeated = info
    return by_the_clock if repeated else microseconds / 1_000_000


def listens(address: Address) -> bool:
    """Whether somebody answers HTTP there: Docker's own proxy takes connections for a port that nobody listens on."""
    try:
        ask(address, "GET", "/ping", seconds=3)
    except (OSError, http.client.HTTPException):
        return False
    return True
