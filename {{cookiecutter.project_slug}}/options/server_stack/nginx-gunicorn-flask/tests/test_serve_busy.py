"""While every worker is at work: pings are answered, the queue is bounded, what hangs is ended (S-09, S-45, S-49)."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from serving import FRONTS, WAITING, Server, no_nginx, wait_until

# With one worker and one that may wait: nginx lets through two, gunicorn has places for three.
TAKEN = {"nginx": 2, "gunicorn": 3}


@pytest.mark.parametrize("front", FRONTS)
def test_too_many_requests_are_refused_at_once_and_pings_answered(front, paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 1}
    with Server(paths.base, front, tmp_path / "log", program, **settings) as server, ThreadPoolExecutor() as pool:
        server.ready()
        answers = [pool.submit(server.request, "POST", "/invocations", b"x") for _ in range(5)]
        try:
            wait_until(lambda: sum(answer.done() for answer in answers) == 5 - TAKEN[front])
            started = time.monotonic()
            for method in ("GET", "POST"):
                response = server.request(method, "/ping", timeout=10)
                assert (response.status, response.body) == (200, b"")
            assert time.monotonic() - started < 2 * 2
            refused = [answer.result() for answer in answers if answer.done()]
            assert len(refused) == 5 - TAKEN[front]
        finally:
            (tmp_path / "go").touch()
        assert {(answer.status, answer.headers["Content-Type"].partition(";")[0]) for answer in refused} == {
            (503, "text/plain")
        }
        assert {answer.body for answer in refused} == {b"too many requests are waiting already; try again later\n"}
        assert sorted(answer.result().status for answer in answers) == [200] * TAKEN[front] + [503] * len(refused)
        assert server.request("POST", "/invocations", b"x").status == 200


@no_nginx
def test_a_hung_request_is_given_up_in_plain_text_and_the_next_is_answered(paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 1}
    with Server(paths.base, "nginx", tmp_path / "log", program, **settings) as server:
        answer = server.ready().request("POST", "/invocations", b"x")
        assert (answer.status, answer.headers["Content-Type"]) == (503, "text/plain")
        assert answer.body.startswith(b"the model gave no answer: ")
        (tmp_path / "go").touch()
        assert server.request("POST", "/invocations", b"x").status in (200, 503)  # the worker may not be replaced yet
        wait_until(lambda: server.request("POST", "/invocations", b"x").status == 200)


@no_nginx
def test_the_queue_is_as_long_as_it_is_set(trained, tmp_path):
    settings = {"SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 7, "SAGEMAKER_MODEL_SERVER_WORKERS": 2}
    with Server(trained.base, "nginx", tmp_path / "log", SAGEMAKER_MODEL_SERVER_THREADS=3, **settings) as server:
        conf = Path(server.ready().child("nginx").cwd()) / "nginx.conf"
        assert "limit_conn under_way 13;" in conf.read_text()


@pytest.mark.parametrize("front", FRONTS)
def test_a_request_that_hangs_in_a_thread_is_given_up_and_its_worker_replaced(front, paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 2, "SAGEMAKER_MODEL_SERVER_THREADS": 2}
    with Server(paths.base, front, tmp_path / "log", program, **settings) as server:
        hanging = server.ready().child("gunicorn").children()
        answer = server.request("POST", "/invocations", b"x")
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (503, "text/plain")
        assert answer.body.startswith(b"the model gave no answer: ")
        wait_until(lambda: "no answer in 2 s, so its worker ends" in server.log)  # nginx may have answered before
        (tmp_path / "go").touch()
        wait_until(lambda: not any(worker.is_running() for worker in hanging))
        assert server.request("POST", "/invocations", b"x").status == 200


def test_the_other_requests_of_a_worker_that_ends_are_answered(paths, program_with, tmp_path):
    source = WAITING.replace('(FOLDER / "go")', "(FOLDER / body.decode())").replace('"arrived"', "f'{body.decode()}?'")
    program = program_with(source)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 3}
    with Server(paths.base, "gunicorn", tmp_path / "log", program, **settings) as server, ThreadPoolExecutor() as pool:
        server.ready()
        hanging = pool.submit(server.request, "POST", "/invocations", b"never")
        wait_until((tmp_path / "never?").exists)
        time.sleep(1)
        other = pool.submit(server.request, "POST", "/invocations", b"later")
        assert hanging.result().status == 503
        (tmp_path / "later").touch()
        assert other.result().status == 200
