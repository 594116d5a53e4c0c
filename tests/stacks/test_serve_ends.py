"""How `serve` ends: it drains when told to stop, and never outlives a server that died (S-07, S-09, S-12 to S-14)."""

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from byoc.settings import Settings
from serving import WAITING, Server, wait_until
from stacks import FRONTS, marked, names

SERVERS = [marked(name, server) for name in names(Path(__file__)) for server in FRONTS[name].servers]


@pytest.fixture
def busy(front, paths, program_with, tmp_path):
    """A server with one worker, the answer that it is working on, and what lets it finish."""
    with ThreadPoolExecutor() as pool:
        program = program_with(WAITING)
        with Server(front, paths.base, tmp_path / "log", program, WAITING=tmp_path) as server:
            answer = pool.submit(server.ready().request, "POST", "/invocations", b"x")
            try:
                wait_until((tmp_path / "arrived").exists)
                yield server, answer, (tmp_path / "go").touch
            finally:
                (tmp_path / "go").touch()


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # whose parent is gone: nobody may be there to reap it
    except psutil.NoSuchProcess:
        return True


def test_sigterm_lets_a_request_finish_and_takes_no_more(busy):
    server, answer, let_go = busy
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not server.accepts() or "Handling signal: term" in server.log)
    assert server.process.poll() is None
    let_go()
    assert (answer.result().status, answer.result().body) == (200, b"done")
    assert server.process.wait(timeout=30) == 0
    assert "Traceback" not in server.log


def test_a_ping_is_answered_while_every_worker_is_at_work(busy):
    server, answer, let_go = busy
    response = server.request("GET", "/ping", timeout=10)
    assert (response.status, response.body) == (200, b"")
    assert not answer.done()
    let_go()
    assert answer.result().status == 200


@pytest.mark.parametrize(("front", "name"), SERVERS, indirect=["front"])
def test_the_death_of_a_server_ends_them_all(front, name, trained, tmp_path):
    with Server(front, trained.base, tmp_path / "log") as server:
        everyone = psutil.Process(server.ready().process.pid).children(recursive=True)
        server.child(name).kill()
        assert server.process.wait(timeout=30) != 0
        try:
            wait_until(lambda: all(map(ended, everyone)))
        finally:
            for process in everyone:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
    assert f"serve: {name} ended by itself, exit code -9\n" in server.log


def test_without_a_model_it_ends_at_once_and_says_so_in_one_line(front, paths, tmp_path):
    with Server(front, paths.base, tmp_path / "log") as server:
        assert server.process.wait(timeout=30) != 0
    assert server.log.count(f"serve: no model: {paths.model}/model.onnx is missing; ") == 1
    assert "Traceback" not in server.log


def test_help_lists_every_setting_and_serves_nothing(front):
    run = subprocess.run(
        [sys.executable, front.program / "serve", "--help"], capture_output=True, encoding="utf-8", timeout=30
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith(f"{Settings.as_text()}\n")
    assert run.stdout.startswith("usage: serve [--help | --version]\n")
    assert all(len(line) <= 80 for line in run.stdout.splitlines())


def test_it_says_of_which_template_it_is_and_serves_nothing(front):
    command = [sys.executable, front.program / "serve", "--version"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("my-model, from template version ")


def test_a_setting_that_cannot_be_used_is_told_in_one_line(front, trained, tmp_path):
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_MODEL_SERVER_TIMEOUT="1m") as server:
        assert server.process.wait(timeout=30) != 0
    assert server.log.startswith("serve: SAGEMAKER_MODEL_SERVER_TIMEOUT='1m' cannot be used: ")
    assert server.log.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_told_at_once(front, trained, tmp_path, port):
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_BIND_TO_PORT=port) as server:
        assert server.process.wait(timeout=30) == 1
    rule = "it must be a whole number from 1 to 65535, or unset"
    assert server.log == f"serve: SAGEMAKER_BIND_TO_PORT={port!r} cannot be used: {rule}\n"


def test_a_taken_port_is_told_by_its_number_at_once(front, trained, tmp_path):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with Server(front, trained.base, tmp_path / "log", port=port) as server:
            assert server.process.wait(timeout=30) != 0
    assert server.log.startswith(f"serve: SAGEMAKER_BIND_TO_PORT={port} cannot be used: ")
    assert server.log.count("\n") == 1
