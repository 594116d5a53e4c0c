"""What `serve` makes of nginx.conf, and what nginx does by itself (S-45, S-49, S-54, B-08)."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving import WAITING, Server, wait_until
from stacks import marked
from test_serve_metrics import scrape

pytestmark = pytest.mark.parametrize("front", [marked("nginx")], indirect=True)


def test_a_batch_job_has_an_hour(front, trained, tmp_path):
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_BATCH="true") as server:
        arguments = server.ready().child("gunicorn").cmdline()
        assert arguments[arguments.index("--timeout") + 1] == "3600"
        (conf,) = Path(server.child("nginx").cwd()).glob("nginx.conf")
        assert set(re.findall(r"proxy_(?:read|send)_timeout (\w+)", conf.read_text())) == {"3600s", "1s"}


def test_the_queue_is_as_long_as_it_is_set(front, trained, tmp_path):
    settings = {"SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 7, "SAGEMAKER_MODEL_SERVER_WORKERS": 2}
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_MODEL_SERVER_THREADS=3, **settings) as server:
        conf = Path(server.ready().child("nginx").cwd()) / "nginx.conf"
        assert "max_conns=13;" in conf.read_text()


def test_what_nginx_refuses_is_told_by_its_reason(front, paths, program_with, tmp_path):
    program = program_with(WAITING)
    settings = {"WAITING": tmp_path, "SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 1, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 3}
    with Server(front, paths.base, tmp_path / "log", program, **settings) as server, ThreadPoolExecutor() as pool:
        server.ready()
        answers = [pool.submit(server.request, "POST", "/invocations", b"x") for _ in range(6)]
        assert {answer.result().status for answer in answers} == {503}  # two are let through, and given up
        (tmp_path / "go").touch()
        wait_until(lambda: server.request("POST", "/invocations", b"x").status == 200)
        told = scrape(server)
    assert told["refused_requests_total", "queue_full"] == 4
    assert told["refused_requests_total", "no_answer"] >= 2


def test_a_body_that_tmp_has_no_room_for_is_507_and_told_why(front, trained, payload, tmp_path):
    with Server(front, trained.base, tmp_path / "log") as server:
        shutil.rmtree(Path(server.ready().child("nginx").cwd()) / "client_body")  # which nginx meets like a full disk
        answer = server.request("POST", "/invocations", payload * 16000, Content_Type="text/csv")
        assert (answer.status, answer.headers["Content-Type"]) == (507, "text/plain")
        assert answer.body.startswith(b"the server has no room in /tmp for this body; ")
        assert server.request("POST", "/invocations", payload, Content_Type="text/csv").status == 200
