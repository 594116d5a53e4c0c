"""In a worker with threads, what hangs is ended, and the worker with it (S-45)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving import WAITING, Server, wait_until


def test_a_request_that_hangs_in_a_thread_is_given_up_and_its_worker_replaced(front, paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 2, "SAGEMAKER_MODEL_SERVER_THREADS": 2}
    with Server(front, paths.base, tmp_path / "log", program, **settings) as server:
        hanging = server.ready().child("gunicorn").children()
        answer = server.request("POST", "/invocations", b"x")
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (503, "text/plain")
        assert answer.body.startswith(b"the model gave no answer: ")
        wait_until(lambda: "no answer in 2 s, so its worker ends" in server.log)  # nginx may have answered before
        (tmp_path / "go").touch()
        wait_until(lambda: not any(worker.is_running() for worker in hanging))
        assert server.request("POST", "/invocations", b"x").status == 200


@pytest.mark.parametrize("front", ["gunicorn"], indirect=True)
def test_the_other_requests_of_a_worker_that_ends_are_answered(front, paths, program_with, tmp_path):
    source = WAITING.replace('(FOLDER / "go")', "(FOLDER / body.decode())").replace('"arrived"', "f'{body.decode()}?'")
    program = program_with(source)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 3}
    with Server(front, paths.base, tmp_path / "log", program, **settings) as server, ThreadPoolExecutor() as pool:
        server.ready()
        hanging = pool.submit(server.request, "POST", "/invocations", b"never")
        wait_until((tmp_path / "never?").exists)
        time.sleep(1)
        other = pool.submit(server.request, "POST", "/invocations", b"later")
        assert hanging.result().status == 503
        (tmp_path / "later").touch()
        assert other.result().status == 200
