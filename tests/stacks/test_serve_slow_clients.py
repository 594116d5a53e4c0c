"""Clients that are too slow, by the thousand, keep nobody else from being answered, and are left in the end (S-49)."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from serving import Server, wait_until
from stacks import FRONTS, marked, names

# gunicorn by itself has a thread wait for each slow client.
PATIENT = [marked(name) for name in names(Path(__file__)) if FRONTS[name].sooner]
pytestmark = pytest.mark.parametrize("front", PATIENT, indirect=True, scope="module")

HEAD = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
BEGUN = {
    "nothing at all": b"",
    "half the headers": HEAD,
    "half a body": HEAD + b"Content-Length: 32\r\n\r\n5.1,3.5,1.4,0.2\n",
    "a little of a large body": HEAD + b"Content-Length: 1500000\r\n\r\n5.1,3.5,1.4,0.2\n",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n5.1,",
    "half a body that nobody asked for": HEAD.replace(b"invocations", b"ping") + b"Content-Length: 32\r\n\r\n5.1,",
}
LARGE = """
import os

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    return bytes(8_000_000 if body == b"large" else 1), "application/octet-stream"
"""


@contextmanager
def clients(server: Server, count: int, sent: bytes, **options: int) -> Iterator[list[socket.socket]]:
    """Connections on which `sent` was sent, and then no more. `options` are their sockets'."""
    with ExitStack() as open_ones:
        opened = []
        for _ in range(count):
            client = open_ones.enter_context(socket.socket())
            for option, value in options.items():
                client.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
            client.settimeout(30)
            client.connect(("127.0.0.1", server.port))
            client.sendall(sent)
            opened.append(client)
        yield opened


@pytest.fixture(scope="module")
def server(front, trained, tmp_path_factory):
    """A server to which few open files are granted, as long as it asks for no more, and how many clients we may be."""
    usual, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    grant(256)
    with Server(front, trained.base, tmp_path_factory.mktemp("serve") / "log") as server:
        yield server.ready(), grant(2500) - 500
    grant(usual)
    assert "Traceback" not in server.log


def grant(files: int) -> int:
    """Let this process, and what it starts, open so many files, if the system does; returns how many it lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    granted = files if most == resource.RLIM_INFINITY else min(files, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (granted, most))
    return granted


@pytest.mark.parametrize("begun", BEGUN)
def test_others_are_answered_beside_thousands_who_send(server, payload, begun):
    server, thousands = server
    with clients(server, thousands, BEGUN[begun]):
        assert server.request("GET", "/ping").status == 200
        for body in (payload, iter([payload]), payload * 8000):  # the second in chunks, the third of more than 1 MB
            assert server.request("POST", "/invocations", body, timeout=10, Content_Type="text/csv").status == 200


@pytest.fixture
def hasty(front, paths, program_with, tmp_path):
    """A server that waits for a second only, and has places for three requests."""
    program = program_with(LARGE, *front.sooner)
    with Server(front, paths.base, tmp_path / "log", program, SAGEMAKER_MODEL_JOB_QUEUE_SIZE=2) as server:
        yield server.ready()
    assert "Traceback" not in server.log


def test_who_takes_no_answer_costs_no_place_and_is_left(hasty):
    request = HEAD + b"Content-Length: 5\r\n\r\nlarge"
    with ExitStack() as slow:
        for _ in range(5):
            (client,) = slow.enter_context(clients(hasty, 1, request, SO_RCVBUF=4096))
            assert client.recv(12) == b"HTTP/1.1 200"
        assert hasty.request("POST", "/invocations", b"x").status == 200
        wait_until(lambda: connections(hasty) == 0)


@pytest.mark.parametrize("begun", ["nothing at all", "half the headers", "half a body that nobody asked for"])
def test_who_sends_no_whole_request_is_left(hasty, begun):
    with clients(hasty, 5, BEGUN[begun]) as slow:
        wait_until(lambda: connections(hasty) == 0)
        told = b"".join(iter(lambda: slow[0].recv(4096), b""))
    assert told == b"" or told.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 200 "))
    assert b"<" not in told


def connections(server: Server) -> int:
    """How many clients the server's processes have."""
    processes = psutil.Process(server.process.pid).children(recursive=True)
    found = [each for process in processes for each in process.net_connections("tcp")]
    return sum(each.laddr.port == server.port and each.status == psutil.CONN_ESTABLISHED for each in found)
