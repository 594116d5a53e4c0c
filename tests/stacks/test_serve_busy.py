"""While every worker is at work: pings are answered, the queue is bounded, what hangs is ended (S-09, S-45, S-49)."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http.client import IncompleteRead

from serving import WAITING, Server, wait_until


def test_too_many_requests_are_refused_at_once_and_pings_answered(front, paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 1}
    with Server(front, paths.base, tmp_path / "log", program, **settings) as server, ThreadPoolExecutor() as pool:
        server.ready()
        answers = [pool.submit(server.request, "POST", "/invocations", b"x") for _ in range(5)]
        try:
            wait_until(lambda: sum(answer.done() for answer in answers) == 5 - front.taken)
            started = time.monotonic()
            for method in ("GET", "POST"):
                response = server.request(method, "/ping", timeout=10)
                assert (response.status, response.body) == (200, b"")
            assert time.monotonic() - started < 2 * 2
            refused = [answer.result() for answer in answers if answer.done()]
            assert len(refused) == 5 - front.taken
        finally:
            (tmp_path / "go").touch()
        assert {(answer.status, answer.headers["Content-Type"].partition(";")[0]) for answer in refused} == {
            (503, "text/plain")
        }
        assert {answer.body for answer in refused} == {b"too many requests are waiting already; try again later\n"}
        assert sorted(answer.result().status for answer in answers) == [200] * front.taken + [503] * len(refused)
        assert server.request("POST", "/invocations", b"x").status == 200


def test_a_hung_request_is_given_up_in_plain_text_and_the_next_is_answered(front, paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 1}
    with Server(front, paths.base, tmp_path / "log", program, **settings) as server:
        answer = server.ready().request("POST", "/invocations", b"x")
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (503, "text/plain")
        assert answer.body.startswith(b"the model gave no answer: ")
        (tmp_path / "go").touch()
        wait_until(partial(answers, server))


def answers(server: Server, body: bytes = b"x") -> bool:
    """Whether it answers; until the worker that hung is replaced, it may refuse, or take a request along to its end."""
    with suppress(ConnectionError, IncompleteRead):
        answer = server.request("POST", "/invocations", body)
        assert answer.status in (200, 503)
        return answer.status == 200
    return False
