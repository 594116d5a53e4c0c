"""Small predictions are answered where they arrive, and no client can tell them from those that are not."""

import re

import pytest

from byoc.serving.asgi import inference
from example import SAMPLES
from in_process import exchange, imported

ROW, *_, LAST_ROW = SAMPLES.joinpath("payload.csv").read_bytes().splitlines(keepends=True)
ANSWER, *_, LAST_ANSWER = SAMPLES.joinpath("expected.csv").read_bytes().splitlines(keepends=True)


def post(body: bytes = ROW, *headers: bytes, line: bytes = b"POST /invocations HTTP/1.1", length: int = -1) -> bytes:
    size = b"Content-Length: %d" % (len(body) if length < 0 else length)
    return b"\r\n".join([line, b"Host: x", *headers, size, b"", body])


@pytest.fixture(scope="module")
def asgi(front, trained):
    """The stack's asgi.py, with a model that has shown to be quick."""
    with imported(front.stack, "asgi", trained.base) as asgi, pytest.MonkeyPatch.context() as patch:
        patch.setattr(inference, "QUICK", float("inf"))  # however busy the machine is
        asgi.service.inference.quick = asgi.service.inference.may_be_quick
        yield asgi


def test_a_small_prediction_is_answered_before_the_loop_goes_on(asgi):
    answer, _ = exchange(asgi, post(ROW, b"Content-Type: text/csv"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"content-type: text/csv\r\ncontent-length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER))


def test_requests_in_one_piece_are_answered_in_their_order(asgi):
    answers, _ = exchange(asgi, post() + post(LAST_ROW) + post(b"x"))
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
def test_what_is_less_simple_goes_uvicorns_way(asgi, pieces, statuses):
    at_once, in_the_end = exchange(asgi, *pieces)
    assert at_once in (b"", in_the_end)  # the latter: a refusal
    assert re.findall(rb"HTTP/1.1 (\d+) ", in_the_end) == statuses


@pytest.mark.parametrize("quick", [True, False])
def test_only_a_quick_model_is_waited_for_here(asgi, monkeypatch, quick):
    monkeypatch.setattr(asgi.service.inference, "quick", quick)
    at_once, in_the_end = exchange(asgi, post())
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
def test_both_ways_give_the_same_answer(asgi, headers, body):
    whole, marked = post(body, *headers), post(body, *headers, line=b"POST /invocations?a=b HTTP/1.1")
    at_once, _ = exchange(asgi, whole)
    nothing_yet, in_the_end = exchange(asgi, marked)
    assert (at_once, nothing_yet) == (in_the_end, b"")
    assert at_once.startswith(b"HTTP/1.1 ")
