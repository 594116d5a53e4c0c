"""Workers that die or get stuck are replaced, and the server goes on (S-12)."""

import psutil
import pytest

from serving import Server, wait_until
from stacks import ASGI

# A handler that keeps the interpreter's lock, as some compiled code does: no other thread of its process can run.
HOLDING_THE_LOCK = """
import ctypes

def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    if body == b"hang":
        ctypes.PyDLL(None).sleep(1000)
    return "done", "text/plain"
"""


def workers(server: Server) -> set[int]:
    return {worker.pid for worker in server.child("uvicorn").children()}


def test_a_worker_that_dies_is_replaced(front, trained, tmp_path):
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_MODEL_SERVER_WORKERS=2) as server:
        before = workers(server.ready())
        assert len(before) == 2
        killed = min(before)
        psutil.Process(killed).kill()
        wait_until(lambda: len(workers(server) - {killed}) == 2)
        for _ in range(10):
            assert server.request("GET", "/ping").status == 200
        assert server.process.poll() is None
        assert f"serve: worker {killed} ended by itself, exit code -9\n" in server.log


def test_a_worker_without_a_sign_of_life_is_replaced(front, paths, program_with, tmp_path):
    program = program_with(HOLDING_THE_LOCK, (f"{ASGI}/workers.py", "MARGIN = 10 ", "MARGIN = 2 "))
    settings = {"SAGEMAKER_MODEL_SERVER_TIMEOUT": 1}
    with Server(front, paths.base, tmp_path / "log", program, **settings) as server:
        before = workers(server.ready())
        with pytest.raises(ConnectionError):
            server.request("POST", "/invocations", b"hang")
        wait_until(lambda: workers(server) and not workers(server) & before)
        assert server.request("POST", "/invocations", b"x").body == b"done"
