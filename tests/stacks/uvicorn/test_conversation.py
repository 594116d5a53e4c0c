"""Bidirectional streaming over a WebSocket (X-11 to X-14)."""

import json
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from serving import Server, wait_until

PATH = "/invocations-bidirectional-stream"
ALGORITHM = """
import os
from pathlib import Path

def model_fn(model_dir):
    return "model"

def transform_fn(model, body, content_type, accept):
    return "done", "text/plain"

def converse_fn(model, messages):
    yield "welcome"
    for message in messages:
        if message == "fail":
            raise ValueError("no answer to that")
        if message == "bye":
            return
        if message == "pour":
            yield from [os.urandom(1_000_000)] * 50  # which cannot be compressed
        yield message
        yield type(message).__name__
    (Path(os.environ["WAITING"]) / "left").touch()
"""


@pytest.fixture
def server(front, paths, program_with, tmp_path):
    with Server(front, paths.base, tmp_path / "log", program_with(ALGORITHM), WAITING=tmp_path) as server:
        yield server.ready()


@pytest.fixture
def client(server):
    with connect(f"ws://127.0.0.1:{server.port}{PATH}?a=b") as client:
        assert client.recv(timeout=10) == "welcome"
        yield client


def test_messages_are_answered_as_they_come_whole_and_of_their_kind(client):
    for sent, received in [("text", "text"), (b"\x00\xff", b"\x00\xff"), (["in ", "frag", "ments"], "in fragments")]:
        client.send(sent)
        assert client.recv(timeout=10) == received
        assert client.recv(timeout=10) == type(received).__name__


def test_pings_get_pongs_and_other_requests_answers_while_the_handler_waits(server, client):
    assert client.ping().wait(10)
    assert server.request("GET", "/ping").status == 200
    assert server.request("POST", "/invocations", b"x").body == b"done"


def test_a_fault_is_told_in_sagemakers_words_and_the_server_goes_on(server, client):
    client.send("fail")
    fault = json.loads(client.recv(timeout=10))["ModelStreamError"]
    assert fault == {"ErrorCode": "ModelError", "Message": "the model failed: ValueError: no answer to that"}
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=10)
    assert closed.value.rcvd.code == 1011
    wait_until(lambda: "Traceback" in server.log)
    assert server.request("POST", "/invocations", b"x").status == 200


def test_the_handler_may_end_it(client):
    client.send("bye")
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=10)
    assert closed.value.rcvd.code == 1000


def test_a_client_that_leaves_ends_the_handlers_messages(server, client, tmp_path):
    client.close()
    wait_until((tmp_path / "left").exists)
    assert server.request("GET", "/ping").status == 200
    assert "Traceback" not in server.log


def test_a_conversation_takes_a_place_in_the_queue(front, paths, program_with, tmp_path):
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 1}
    with Server(front, paths.base, tmp_path / "log", program_with(ALGORITHM), **settings) as server:
        url = f"ws://127.0.0.1:{server.ready().port}{PATH}"
        with connect(url), connect(url), pytest.raises(InvalidStatus):
            connect(url)


def test_other_paths_and_models_without_the_handler_take_no_conversation(front, trained, server, tmp_path):
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{server.port}/other")
    with Server(front, trained.base, tmp_path / "log2") as other, pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{other.ready().port}{PATH}")


def test_a_client_that_takes_nothing_is_left(front, paths, program_with, tmp_path):
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 1}
    with ExitStack() as opened:
        program = program_with(ALGORITHM, *front.sooner)
        server = opened.enter_context(Server(front, paths.base, tmp_path / "log", program, **settings)).ready()
        for _ in range(2):
            client = opened.enter_context(connect(f"ws://127.0.0.1:{server.port}{PATH}", max_queue=1, close_timeout=1))
            client.send("pour")
        wait_until(lambda: server.request("POST", "/invocations", b"x").status == 503)
        wait_until(lambda: server.request("POST", "/invocations", b"x").status == 200, 15)
