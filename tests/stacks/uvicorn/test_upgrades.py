"""A request that asks for another protocol is answered, and its connection ends like any other."""

import re
import socket

import pytest

from example import SAMPLES
from in_process import exchange, imported
from serving import Server

ROWS = SAMPLES.joinpath("payload.csv").read_bytes()
ANSWER = SAMPLES.joinpath("expected.csv").read_bytes()
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
PATH = b"/invocations-bidirectional-stream"


def request(method: bytes, path: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    return b"%b %b HTTP/1.1\r\nHost: x\r\n%b\r\n%b" % (method, path, b"".join(headers), body)


POST = request(b"POST", b"/invocations", H2C, b"Content-Length: %d\r\n" % len(ROWS), body=ROWS)
CHUNKED = request(
    b"POST", b"/invocations", H2C, b"Transfer-Encoding: chunked\r\n", body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(ROWS), ROWS)
)
PING = request(b"GET", b"/ping", H2C)
# What is never to be a WebSocket, and the statuses of what it may get.
NO_WEBSOCKETS = {
    "POST": (request(b"POST", PATH, WEBSOCKET, KEY), {400}),
    "POST with a body": (
        request(b"POST", b"/invocations", WEBSOCKET, KEY, b"Content-Length: 4\r\n", body=b"1,2\n"),
        {400},
    ),
    "no key": (request(b"GET", PATH, WEBSOCKET), {400}),
    "no version": (request(b"GET", PATH, WEBSOCKET, KEY[-50:]), {400, 426}),
    "hundreds of headers": (request(b"GET", PATH, WEBSOCKET, KEY, b"X: y\r\n" * 300), {400}),
    "after a request under way": (request(b"POST", b"/invocations") + request(b"GET", PATH, WEBSOCKET, KEY), {400}),
    "CONNECT": (request(b"CONNECT", b"localhost:80"), {405}),
    "another path": (request(b"GET", b"/ping", WEBSOCKET, KEY), {403}),
}


@pytest.fixture(scope="module")
def asgi(front, trained):
    with imported(front.stack, "asgi", trained.base) as asgi:
        yield asgi


@pytest.mark.parametrize("sent", [POST, CHUNKED])
@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_h2c_is_ignored_and_the_body_kept(asgi, sent, size):
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    _, answer = exchange(asgi, *pieces)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert ANSWER in answer.replace(b"\r\n", b"\n")


def test_what_follows_on_the_connection_is_answered(asgi):
    _, answers = exchange(asgi, POST + PING + POST)
    assert re.findall(rb"HTTP/1.1 (\d+) ", answers) == [b"200"] * 3


@pytest.fixture(scope="module")
def server(front, trained, tmp_path_factory):
    with Server(front, trained.base, tmp_path_factory.mktemp("serve") / "log") as server:
        yield server.ready()
    assert "Traceback" not in server.log


@pytest.mark.parametrize("kind", NO_WEBSOCKETS)
def test_what_is_no_websocket_is_refused_and_closed(server, kind):
    sent, statuses = NO_WEBSOCKETS[kind]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(sent)
        answer = b"".join(iter(lambda: client.recv(65536), b""))  # to its end
    assert int(re.findall(rb"HTTP/1.1 (\d+) ", answer)[-1]) in statuses
    assert server.request("GET", "/ping").status == 200
