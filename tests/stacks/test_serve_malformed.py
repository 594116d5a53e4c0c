"""What is no HTTP, or not all of it, is refused in plain text, by whoever it is, and the worker lives (S-43, S-44)."""

import socket

import pytest

from serving import Server

ROW = b"5.1,3.5,1.4,0.2\n"
POST = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nConnection: close\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
MALFORMED = {
    "a chunk of no length": (CHUNKED + b"zz\r\n" + ROW + b"\r\n0\r\n\r\n", {400}),
    "a chunk of negative length": (CHUNKED + b"-5\r\n" + ROW + b"\r\n0\r\n\r\n", {400}),
    "a chunk longer than its length": (CHUNKED + b"5\r\n" + ROW + b"\r\n0\r\n\r\n", {400}),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n" + ROW, {400}),
    "a length that is no number": (POST + b"Content-Length: x\r\n\r\n" + ROW, {400}),
    "two lengths": (POST + b"Content-Length: 16\r\nContent-Length: 17\r\n\r\n" + ROW, {400}),
    "a length and chunks": (POST + b"Content-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    "an unknown coding": (POST + b"Transfer-Encoding: x\r\n\r\n" + ROW, {400, 501}),
    "a header too long": (POST + b"X: " + b"x" * 9000 + b"\r\nContent-Length: 16\r\n\r\n" + ROW, {431}),
    "too many headers": (POST + b"X: x\r\n" * 9000 + b"Content-Length: 16\r\n\r\n" + ROW, {431}),
    "a long URL": (b"GET /" + b"x" * 6000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {404}),
    "a URL too long": (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414}),
    "a method that is none": (b"p\x00st /ping HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    "a method that nobody knows": (b"TRACE /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {405}),
    "a version that is none": (b"GET /ping HTTP/9.1\r\nHost: x\r\n\r\n", {400, 505}),
    "NUL in a header": (b"GET /ping HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n", {400}),
}
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
KEPT = POST.replace(b"Connection: close\r\n", b"")
LONG = KEPT + b"Content-Length: %d\r\n" % len(b"0\r\n\r\n" + HIDDEN)
# Where one server sees a length and another chunks, a request can hide in a body. https://portswigger.net/web-security/request-smuggling
AMBIGUOUS = {
    "a length and chunks": LONG + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks on a folded line": LONG + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "chunks on a line that seems folded": LONG + b" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks after a bare LF": LONG + b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks after a bare CR": LONG + b"X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks with a blank before the colon": LONG + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "chunks behind a vertical tab": LONG + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunks in a header of another name": LONG + b"Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks that are not the last coding": LONG + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a length of nothing and another": KEPT + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN),
    "a list of lengths": KEPT + b"Content-Length: 0, %d\r\n\r\n" % len(HIDDEN),
    "a length with a sign": KEPT + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN),
    "a length with a blank before the colon": KEPT + b"Content-Length : %d\r\n\r\n" % len(HIDDEN),
    "a chunk after a bare LF": KEPT + b"Transfer-Encoding: chunked\r\n\r\n%x;\n" % len(HIDDEN),
}
CUT_OFF = {
    "before its length": POST + b"Content-Length: 32\r\n\r\n" + ROW,
    "far before its length": POST + b"Content-Length: 99999999999999999999\r\n\r\n" + ROW,
    "in a chunk": CHUNKED + b"20\r\n" + ROW,
    "between chunks": CHUNKED + b"10\r\n" + ROW + b"\r\n",
}


@pytest.fixture(scope="module")
def server(front, trained, tmp_path_factory):
    with Server(front, trained.base, tmp_path_factory.mktemp("serve") / "log") as server:
        workers = server.ready().child(front.parent).children()
        yield server
        assert server.child(front.parent).children() == workers
    assert "Traceback" not in server.log
    assert "/hidden" not in server.log


def send(server: Server, request: bytes, then_end: bool = False) -> tuple[int, str, bytes]:
    """The status, content type and body of the answer; zeros and blanks if the connection is closed without one."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(request)
        if then_end:
            client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").splitlines() or ["- 0"]
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers.get("content-type", "").partition(";")[0], body


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_request_is_refused_in_plain_text(server, fault):
    request, statuses = MALFORMED[fault]
    status, content_type, body = send(server, request)
    assert (status in statuses, content_type) == (True, "text/plain")
    assert 0 < len(body) <= 2048
    assert b"<" not in body


@pytest.mark.parametrize("way", AMBIGUOUS)
def test_a_request_that_hides_in_a_body_is_never_answered(server, way):
    status, _, more = send(server, AMBIGUOUS[way] + HIDDEN + LAST)
    assert status in (200, 400, 501)
    assert b"HTTP/1.1 404" not in more


@pytest.mark.parametrize("where", CUT_OFF)
def test_a_body_that_is_cut_off_is_never_answered_with_predictions(server, payload, where):
    status, content_type, _ = send(server, CUT_OFF[where], then_end=True)
    assert (status, content_type) in {(400, "text/plain"), (0, "")}  # it may close: nobody is there to read
    assert send(server, POST + b"Content-Length: %d\r\n\r\n" % len(payload) + payload)[0] == 200
