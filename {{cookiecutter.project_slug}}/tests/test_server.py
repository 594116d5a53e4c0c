"""The real server, as `docker run IMAGE serve` starts it, but without the container. It is started once."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from example import CONTENT_TYPE, PAYLOAD, PROJECT, assert_expected

SECONDS = 60  # that it may take to start, and to end
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy could not reach this machine


class Server:
    def __init__(self, trained, log):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = str(probe.getsockname()[1])  # one that is free
        self.url = f"http://127.0.0.1:{port}"
        settings = {"SAGEMAKER_BASE_DIR": str(trained.paths.base), "SAGEMAKER_BIND_TO_PORT": port}
        self.process = subprocess.Popen(
            [sys.executable, PROJECT / "program/serve"], env=os.environ | settings, stdout=log, stderr=log
        )

    def request(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """The status and the answer: of GET, or with a body of POST."""
        request = urllib.request.Request(self.url + path, body, {"Content-Type": CONTENT_TYPE})
        try:
            with LOCAL.open(request, timeout=SECONDS) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def wait(self) -> None:
        """Until it answers pings, as SageMaker does."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                self.request("/ping")
                return
            except urllib.error.URLError:
                time.sleep(0.1)
        raise AssertionError("the server does not answer; its log is below")


@pytest.fixture(scope="module")
def server(trained, tmp_path_factory):
    file = tmp_path_factory.mktemp("server") / "log"
    with file.open("w") as log:
        server = Server(trained, log)
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait(SECONDS)
        print(file.read_text())  # which pytest shows where a test has failed


def test_a_ping_is_answered(server):
    status, _ = server.request("/ping")
    assert status == 200


def test_an_invocation_is_answered_with_expected_csv(server):
    status, answer = server.request("/invocations", PAYLOAD.read_bytes())
    assert status == 200, answer
    assert_expected(answer)


def test_sigterm_ends_it_in_order(server):
    """The last test here, as there is no server after it."""
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(SECONDS) == 0
