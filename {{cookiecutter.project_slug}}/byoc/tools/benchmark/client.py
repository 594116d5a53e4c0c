"""Single HTTP requests: is the server ready, what does it answer, how long does a large body take."""

import http.client
import socket
import time
from typing import Protocol

from .outcome import BenchmarkError
from .targets.engine import last_lines

HOST = "127.0.0.1"
READY_LIMIT = 120  # seconds
ANSWER_LIMIT = 60  # seconds: SageMaker gives no endpoint more
POLL_INTERVAL = 0.005  # seconds


class Server(Protocol):
    """What a target has started. `started` is the time.perf_counter() of its start."""

    name: str
    port: int
    started: float

    def end(self) -> str | None:
        """None while it runs, else how it ended. May be costly: ask seldom."""

    def log(self) -> str: ...

    def memory(self) -> tuple[int, str]:
        """Bytes that all its processes take, and how that was found; raises LeftOut where it cannot be."""


def wait_until_ready(server: Server) -> float:
    """Poll GET /ping until it is 200; seconds since the server's start."""
    look_at = time.perf_counter() + 2  # asking the engine costs CPU that a starting server needs: seldom, and late
    deadline = server.started + READY_LIMIT
    answer: object = "nothing"
    while time.perf_counter() < deadline:
        try:
            answer = request(server.port, "GET", "/ping")[0]
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        if answer == 200:
            return time.perf_counter() - server.started
        if time.perf_counter() > look_at:
            if end := server.end():
                raise BenchmarkError(f"{server.name} {end} before it was ready.\n{last_lines(server.log())}")
            look_at += 2
        time.sleep(POLL_INTERVAL)
    raise BenchmarkError(
        f"{server.name} did not answer GET /ping with 200 within {READY_LIMIT} s (last: {answer}).\n"
        f"{last_lines(server.log())}"
    )


def request(port: int, method: str, path: str, body: bytes | None = None, content_type: str = "") -> tuple[int, bytes]:
    """Status and body of one request on a connection of its own; raises OSError or HTTPException if there is none."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_LIMIT)
    try:
        connection.request(method, path, body, {"Content-Type": content_type} if content_type else {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return probe.getsockname()[1]


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
