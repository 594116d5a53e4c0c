"""Handshake and rendezvous: what connects or listens and is no host of the job ends none, and nobody waits for it."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import loopback
from byoc import status
from byoc.failure import End
from byoc.hosts import handshake, rendezvous
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.collectives import Collectives
from byoc.hosts.heartbeat import Heartbeat
from byoc.hosts.membership import Fault
from byoc.hosts.resource_config import Cluster

FIRST, SECOND = HOSTS = tuple(loopback.addresses(2))
SECONDS = 20  # in which everything here is over
STRANGERS = {
    "http": b"GET / HTTP/1.1\r\nHost: algo-1\r\n\r\n",
    "half a message": b"\0\0",
    "nothing": b"",
    "too much": b"\xff" * 9999,
    "a name alone": f"{SECOND}\n".encode(),
}


@pytest.fixture
def settings() -> ClusterSettings:
    return ClusterSettings(port=loopback.free_ports(), start=SECONDS, silence=SECONDS, stall=SECONDS)


@pytest.fixture(params=STRANGERS.values(), ids=list(STRANGERS))
def stranger(request, monkeypatch) -> Callable[[int], socket.socket]:
    """Connects to a port of the first host, as soon as there is one, says its piece, and stays."""
    monkeypatch.setattr(handshake, "SECONDS", 0.2)

    def come(port: int) -> socket.socket:
        connection = connected(port)
        connection.sendall(request.param)
        return connection

    return come


def connected(port: int) -> socket.socket:
    end = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection((FIRST, port))
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.01)


def end_well(*heartbeats: Heartbeat) -> None:
    for each in heartbeats:
        each.ended(End(0))
    for each in heartbeats:
        each.join(SECONDS)
        assert (each.over.is_set(), each.fault, each.code) == (True, None, 0)


def refusal(refused: Heartbeat) -> str:
    assert refused.over.wait(SECONDS)
    assert (refused.fault.host, refused.code) == (FIRST, 1)
    return refused.fault.reason


def test_whatever_connects_to_the_supervisors_port_changes_nothing(settings, stranger):
    first = loopback.heartbeat(settings, FIRST, HOSTS)
    with stranger(settings.port):
        end_well(first, loopback.heartbeat(settings, SECOND, HOSTS))


def test_whatever_connects_to_the_trainings_port_changes_nothing(settings, stranger):
    with ThreadPoolExecutor() as pool:
        first = pool.submit(Collectives.join, Cluster(FIRST, HOSTS), settings)
        with stranger(settings.port + 1):
            second = pool.submit(Collectives.join, Cluster(SECOND, HOSTS), settings)
            answers = [pool.submit(each.result(SECONDS).gather, n) for n, each in enumerate((first, second))]
            assert [each.result(SECONDS) for each in answers] == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("hosts", "why"), [(HOSTS, f"{SECOND} has joined already"), ((*HOSTS, "127.0.0.4"), "another job uses this port")]
)
def test_a_host_that_is_not_of_this_job_hears_so_and_ends(settings, hosts, why):
    first, second = loopback.heartbeat(settings, FIRST, HOSTS), loopback.heartbeat(settings, SECOND, HOSTS)
    while not first._names:
        time.sleep(0.01)
    reason = refusal(loopback.heartbeat(settings, SECOND, hosts))
    assert reason.startswith(f"refused the handshake of {SECOND} at port {settings.port}: {why}")
    end_well(first, second)


@contextmanager
def listening(port: int, answer: bytes):
    """What is no host, but listens."""

    def serve() -> None:
        for _ in range(2):
            visitor, _ = server.accept()
            visitors.append(visitor)
            visitor.sendall(answer)

    visitors = []
    with loopback.listening(FIRST, port) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield
    for each in visitors:
        each.close()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "what listens at its port {} does not answer the handshake within 1 s (BYOC_CLUSTER_SILENCE_SECONDS)"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", f"refused the handshake of {SECOND} at port {{}}: SSH-2.0-OpenSSH_9.2"),
    ],
)
def test_something_else_that_listens_is_told_from_the_first_host(answer, why):
    settings = ClusterSettings(port=loopback.free_ports(), start=SECONDS, silence=1, stall=SECONDS)
    with listening(settings.port, answer):
        assert refusal(loopback.heartbeat(settings, SECOND, HOSTS)).startswith(why.format(settings.port))


def test_an_error_that_nobody_expected_ends_the_job_and_is_told(settings, monkeypatch, capsys):
    monkeypatch.setattr(status, "current", lambda: {}["doing"])
    first = loopback.heartbeat(settings, FIRST, HOSTS)
    assert first.over.wait(SECONDS)
    assert (first.fault, first.code) == (Fault(FIRST, "KeyError: 'doing'"), 1)
    assert "KeyError" in capsys.readouterr().err


def test_half_a_message_is_not_waited_for():
    port = loopback.free_ports()
    with loopback.listening(FIRST, port) as server, connected(port) as writing:
        reading = rendezvous.messages(server.accept()[0], 1)
        writing.sendall(b"\0\0\0\7half")
        with reading, pytest.raises(BlockingIOError):
            reading.recv_bytes()
