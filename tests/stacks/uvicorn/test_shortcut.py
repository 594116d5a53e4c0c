"""Small predictions are answered where they arrive, and no client can tell them from those that are not."""

import asyncio
import re

import pytest
from uvicorn import Server

from byoc.serving.asgi import inference
from byoc.serving.asgi.workers import configuration
from example import SAMPLES
from in_process import imported

ROW, *_, LAST_ROW = SAMPLES.joinpath("payload.csv").read_bytes().splitlines(keepends=True)
ANSWER, *_, LAST_ANSWER = SAMPLES.joinpath("expected.csv").read_bytes().splitlines(keepends=True)


def post(body: bytes = ROW, *headers: bytes, line: bytes = b"POST /invocations HTTP/1.1", length: int = -1) -> bytes:
    size = b"Content-Length: %d" % (len(body) if length < 0 else length)
    return b"\r\n".join([line, b"Host: x", *headers, size, b"", body])


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Everything that is sent comes at once, asked for or not."""

    resume_reading = pause_reading


@pytest.fixture(scope="module")
def app(front, trained):
    """The stack's application, with a model that has shown to be quick."""
    with imported(front.stack, "asgi", trained.base) as asgi, pytest.MonkeyPatch.context() as patch:
        patch.setattr(inference, "QUICK", float("inf"))  # however busy the machine is
        asgi.service.inference.quick = asgi.service.inference.may_be_quick
        yield asgi.app


def exchange(app, *pieces: bytes) -> tuple[bytes, bytes]:
    """What is written before the event loop has another turn, and all that is written in the end."""

    async def scenario() -> tuple[bytes, bytes]:
        config = configuration(app)
        protocol = config.http_protocol_class(config, Server(config).server_state, {})
        protocol.connection_made(transport := Transport())
        for piece in pieces:
            protocol.data_received(piece)
        at_once = transport.written
        await asyncio.wait_for(asyncio.gather(*protocol.tasks), 30)
        protocol.connection_lost(None)
        return at_once, transport.written

    return asyncio.run(scenario())


def test_a_small_prediction_is_answered_before_the_loop_goes_on(app):
    answer, _ = exchange(app, post(ROW, b"Content-Type: text/csv"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"content-type: text/csv\r\ncontent-length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER))


def test_requests_in_one_piece_are_answered_in_their_order(app):
    answers, _ = exchange(app, post() + post(LAST_ROW) + post(b"x"))
    assert re.findall(rb"HTTP/1.1 (\d+) ", answers) == [b"200", b"200", b"400"]
    assert answers.index(ANSWER) < answers.index(LAST_ANSWER)


@pytest.mark.parametrize(
    ("pieces", "statuses"),
    [
        ([post()[:-1], post()[-1:]], [b"200"]),
        ([post(b"", length=1 << 15), b"x" * (1 << 15)], [b"400"]),
        ([post(line=b"POST /invocations?a=b HTTP/1.1")], [b"200"]),
        ([post(line=b"PUT /invocations HTTP/1.1")], [b"405"]),
        ([post(line=b"POST /invocations HTTP/1.0")], [b"200"]),
        ([post(ROW, b"Connection: close")], [b"200"]),
        ([post(ROW, b"Expect: 100-continue")], [b"100", b"200"]),
        ([post(ROW, b"X: " + b"x" * 9000)], [b"431"]),
        ([b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n", post()], [b"200", b"200"]),  # its turn comes after the ping's
    ],
)
def test_what_is_less_simple_goes_uvicorns_way(app, pieces, statuses):
    at_once, in_the_end = exchange(app, *pieces)
    assert at_once in (b"", in_the_end)  # the latter: a refusal
    assert re.findall(rb"HTTP/1.1 (\d+) ", in_the_end) == statuses


@pytest.mark.parametrize("quick", [True, False])
def test_only_a_quick_model_is_waited_for_here(app, monkeypatch, quick):
    monkeypatch.setattr(app.service.inference, "quick", quick)
    at_once, in_the_end = exchange(app, post())
    assert (at_once == in_the_end) is quick
    assert in_the_end.endswith(ANSWER)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (b"Content-Type: text/csv", b"Accept: application/json"),
        (b"X-Amzn-SageMaker-Custom-Attributes: a=b",),
        (b"Content-Type: image/png",),
        (b"Accept: image/png",),
    ],
)
@pytest.mark.parametrize("body", [ROW, b"x,y", b""])
def test_both_ways_give_the_same_answer(app, headers, body):
    whole, marked = post(body, *headers), post(body, *headers, line=b"POST /invocations?a=b HTTP/1.1")
    at_once, _ = exchange(app, whole)
    nothing_yet, in_the_end = exchange(app, marked)
    assert (at_once, nothing_yet) == (in_the_end, b"")
    assert at_once.startswith(b"HTTP/1.1 ")
