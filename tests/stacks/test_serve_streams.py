"""Answers that leave in parts, as they are made (X-01 to X-05)."""

import http.client
import time

import pytest

from serving import Server, wait_until
from test_serve_metrics import scrape

# The parts of an answer, of which the second waits until the test lets it go. "break" fails after the first part,
# "refuse" before it.
ALGORITHM = """
import os
import time
from pathlib import Path

FOLDER = Path(os.environ["WAITING"])

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body.decode()

def predict_fn(data, model):
    if data == "refuse":
        raise ValueError("no such thing")
    try:
        yield "first,"
        if data == "break":
            raise ValueError("broken in the middle")
        while not (FOLDER / "go").exists():
            time.sleep(0.01)
            if data == "go on":
                yield "and on,"
        yield b"last"
    finally:
        (FOLDER / "ended").touch()
"""


@pytest.fixture
def server(front, paths, program_with, tmp_path):
    with Server(front, paths.base, tmp_path / "log", program_with(ALGORITHM), WAITING=tmp_path) as server:
        try:
            yield server.ready()
        finally:
            (tmp_path / "go").touch()


@pytest.fixture
def ask(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)

    def ask(body: str) -> http.client.HTTPResponse:
        headers = {"Content-Type": "text/plain", "Accept": "text/event-stream"}
        connection.request("POST", "/invocations", body, headers)
        return connection.getresponse()

    ask.hang_up = connection.close
    yield ask
    connection.close()


def test_parts_leave_as_they_are_made_and_pings_are_answered_meanwhile(server, ask, tmp_path):
    answer = ask("x")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.read1() == b"first,"
    assert server.request("GET", "/ping", timeout=10).status == 200
    (tmp_path / "go").touch()
    assert answer.read() == b"last"


def test_what_fails_before_the_first_part_is_a_refusal(ask):
    answer = ask("refuse")
    assert (answer.status, answer.headers["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert answer.read() == b"the model failed on this request: ValueError: no such thing\n"


def test_a_stream_that_breaks_off_has_no_end(server, ask, tmp_path):
    answer = ask("break")
    assert answer.read1() == b"first,"
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    wait_until(lambda: "broken in the middle" in server.log)
    (tmp_path / "go").touch()
    assert server.request("POST", "/invocations", "x").body == b"first,last"


def test_a_stream_may_take_longer_than_a_request_while_its_parts_come(front, paths, program_with, tmp_path):
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 2}
    with Server(front, paths.base, tmp_path / "log", program_with(ALGORITHM), **settings) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.ready().port, timeout=30)
        connection.request("POST", "/invocations", "go on", {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        begun = time.monotonic()
        while time.monotonic() - begun < 2 * 2.5:
            assert answer.read1()
        (tmp_path / "go").touch()
        assert answer.read().endswith(b"last")
        connection.close()


def test_a_client_that_goes_away_ends_the_stream(server, ask, tmp_path):
    answer = ask("go on")
    assert answer.read1().startswith(b"first,")
    answer.close()
    ask.hang_up()
    wait_until((tmp_path / "ended").exists)
    assert not (tmp_path / "go").exists()


def test_streams_that_end_break_off_or_are_left_are_counted_and_hold_no_place(server, ask, tmp_path):
    def ended(count: int) -> bool:
        told = scrape(server)
        return told[("invocation_duration_seconds_count",)] == count and not told[("invocations_in_progress",)]

    assert ask("go on").read1().startswith(b"first,")
    ask.hang_up()
    wait_until(lambda: ended(1))
    left = scrape(server)[("invocation_response_bytes_total",)]
    assert left >= len(b"first,")
    (tmp_path / "go").touch()
    for number in range(5):
        assert server.request("POST", "/invocations", "x").body == b"first,last"
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            server.request("POST", "/invocations", "break")
        wait_until(lambda count=3 + 2 * number: ended(count))
    sent = 5 * (len(b"first,last") + len(b"first,"))
    assert scrape(server)[("invocation_response_bytes_total",)] == left + sent
