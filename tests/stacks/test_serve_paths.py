"""Whatever path a client writes is a route's, or refused in plain text: the same on every stack (S-44, S-50)."""

import re
import socket

import pytest

from serving import Server
from serving_models import MODE

ROW = b"5.1,3.5,1.4,0.2\n"
# Each target of a request's first line, and what a POST of a row to it must get. What HTTP calls the same is the same:
# escaped characters that need no escape (RFC 3986, 6.2.2.2), and a target with the host (RFC 9112, 3.2.2).
TARGETS = {
    b"/invocations": {200},
    b"/invocations?a=b": {200},
    b"/invocations?": {200},
    b"/%69nvocations": {200},
    b"http://host/invocations": {200},
    b"http://host:8080/invocations?a=b": {200},
    b"HTTP://host/invocations": {200},
    b"/ping": {200},
    b"//invocations": {404},
    b"///invocations": {404},
    b"/invocations/": {404},
    b"//invocations//": {404},
    b"/./invocations": {404},
    b"/../invocations": {400, 404},
    b"/x/../invocations": {404},
    b"/invocations/.": {404},
    b"/%2e/invocations": {404},
    b"/%2E%2E/invocations": {400, 404},
    b"/%2e%2e%2f%2e%2e%2fetc/passwd": {400, 404},
    b"/%2Finvocations": {404},
    b"/%2finvocations": {404},
    b"/INVOCATIONS": {404},
    b"/Invocations": {404},
    b"/invocations%20": {404},
    b"/invocations%0a": {404},
    b"/invocations%0d%0aX:y": {404},
    b"/invocations;a=b": {404},
    b"/invocations\\": {404},
    b"\\invocations": {400, 404},
    b"/%00": {400, 404},
    b"/invocations%00": {400, 404},
    b"/%": {400, 404},
    b"/%zz": {400, 404},
    b"/%ff%fe": {400, 404},
    b"/%c3%a4": {404},
    b"/\xc3\xa4": {400, 404},
    b"/\xff": {400, 404},
    b"/\xe4invocations": {400, 404},
    b"/" + b"a" * 6000: {404},
    b"/" + b"a" * 9000: {414},
    b"/" + b"/" * 4000: {404},
    b"/" + b"a/" * 3000: {404},
    b"/" + b"../" * 1000: {400, 404},
    b"/invocations?" + b"a" * 6000: {200},
    b"/" + b"%61" * 2000: {404},
    b"http://host": {400, 404},
    b"http://host/": {404},
    b"http:///invocations": {200, 400, 404},
    b"http://[::1/invocations": {400, 404},
    b"http://host//invocations": {404},
    b"https://host/invocations": {200},
    b"ftp://host/invocations": {200, 400, 404},
    b"host:80": {400, 404, 405},
    b"*": {400, 404, 405},
    b"invocations": {400, 404},
    b"?": {400, 404},
    b"?invocations": {400, 404},
    b"#": {400, 404},
    b"/#": {400, 404},
    b"/invocations#a": {200, 400, 404},
    b'/{}|^`<>"': {400, 404},
    b"/models": {404},
    b"/models/": {404},
    b"/models//invoke": {404},
    b"/models/m/invoke": {404},
    b"//models": {404},
    b"/metrics/": {404},
    b"/metrics": {405},
    b"//ping": {404},
    b"/docs/": {404, 405},
}

# On a multi-model endpoint /invocations is 404, and there are these.
MULTI_MODEL = {
    b"http:///invocations": {400, 404},
    b"/models": {400},
    b"/models/": {404, 405},
    b"/models//invoke": {404, 405},
}


@pytest.fixture(scope="module", params=["single", "multi-model"])
def server(front, request, trained, two_models, tmp_path_factory):
    log = tmp_path_factory.mktemp("serve") / "log"
    base, mode = (trained.base, {}) if request.param == "single" else (two_models, MODE)
    with Server(front, base, log, **mode) as server:
        workers = server.ready().child(front.parent).children()
        server.multi_model = bool(mode)
        yield server
        assert set(workers) <= set(server.child(front.parent).children())
    assert b"Traceback" not in log.read_bytes()


def send(server, method: bytes, target: bytes) -> tuple[int, str, bytes]:
    """The status, content type and body of the answer."""
    body = b"" if method in (b"GET", b"DELETE") else ROW
    head = b"%b %b HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nConnection: close\r\n" % (method, target)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    content_type = re.search(rb"(?i)\r\ncontent-type: ([^;\r]*)", head)
    return int(head.split()[1]), content_type[1].decode() if content_type else "", body


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: repr(target[:40]))
def test_a_path_is_a_routes_or_refused(server, target):
    statuses = TARGETS[target]
    if server.multi_model:
        statuses = MULTI_MODEL.get(target, {404} if 200 in statuses and b"ping" not in target else statuses)
    assert send(server, b"POST", target)[0] in statuses
    for method in (b"POST", b"GET", b"DELETE", b"PUT", b"OPTIONS"):
        status, content_type, body = send(server, method, target)
        assert status in (200, 400, 404, 405, 414)
        assert status == 200 or content_type == "text/plain"
        assert status == 200 or 0 < len(body) <= 2048
