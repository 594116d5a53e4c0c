"""Loading, unloading and ends, while requests are under way (M-11, M-14)."""

import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from byoc.serving.multi_model import requests
from byoc.serving.multi_model.requests import Models
from byoc.settings import Settings
from endpoint import lives, status_of, wait_until


def test_unloading_lets_requests_finish_and_lets_in_no_more(endpoint, monkeypatch):
    def connect(*address):
        connections.append(connected := connect_as_ever(*address))
        return connected

    connections, connect_as_ever = [], requests.Client
    folder = endpoint.model("m", ask="wait(folder)")
    endpoint.post("m")
    monkeypatch.setattr(requests, "Client", connect)
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(endpoint.ask, "m") for _ in range(2)]  # one is answered, one waits for that
        wait_until(lambda: (folder / "arrived").exists() and len(connections) == 2)
        unloaded = pool.submit(endpoint.unload, "m")
        wait_until(lambda: not (endpoint.folder / requests.entry("m")).exists())
        again = pool.submit(endpoint.post, "m")
        assert status_of(endpoint.ask, "m") == 404
        assert not any(answer.done() for answer in (*asked, unloaded, again))
        (folder / "go").touch()
        assert {answer.result()[0] for answer in asked} == {200}
        assert unloaded.result() == again.result()
    assert endpoint.ask("m")[0] == 200


def test_while_a_model_is_loaded_others_answer_and_it_is_not_there_yet(endpoint):
    endpoint.post("other")
    folder = endpoint.model("m", load="wait(folder)")
    with ThreadPoolExecutor() as pool:
        loaded, again = [pool.submit(endpoint.post, "m") for _ in range(2)]
        wait_until((folder / "arrived").exists)
        assert endpoint.names() == ["other"]
        assert endpoint.ask("other")[0] == 200
        assert status_of(endpoint.ask, "m") == 404
        (folder / "go").touch()
        outcomes = [answer.exception() for answer in (loaded, again)]
    assert [error.status for error in outcomes if error] == [409]
    assert endpoint.names() == ["m", "other"]


def test_a_model_that_nobody_waits_for_any_more_is_not_loaded(endpoint, monkeypatch):
    folder = endpoint.model("m", load="wait(folder)")
    monkeypatch.setattr(endpoint, "_timeout", 0.5)
    assert status_of(endpoint.post, "m") == 503
    wait_until(lambda: not endpoint.processes())
    (folder / "load").unlink()
    monkeypatch.undo()
    assert endpoint.post("m")


def test_an_answer_that_does_not_come_is_given_up(endpoint, monkeypatch):
    folder = endpoint.model("m", ask="wait(folder)")
    endpoint.post("m")
    monkeypatch.setattr(endpoint, "_timeout", 0.1)
    assert status_of(endpoint.ask, "m") == 503
    (folder / "go").touch()
    monkeypatch.undo()
    assert endpoint.ask("m")[0] == 200


def test_a_model_of_two_threads_answers_two_requests_at_a_time(own_endpoint):
    own_endpoint.post("m", own_endpoint.model("m", ask="(folder / body.decode()).touch(); wait(folder)"))
    folder = own_endpoint.model("m")
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(own_endpoint.invoke, "m", body, "a", "b") for body in (b"1", b"2")]
        wait_until(lambda: (folder / "1").exists() and (folder / "2").exists())
        unloaded = pool.submit(own_endpoint.unload, "m")
        wait_until(lambda: not (own_endpoint.folder / requests.entry("m")).exists())
        (folder / "go").touch()
        assert [answer.result()[:2] for answer in asked] == [(200, b"1 a b"), (200, b"2 a b")]
        unloaded.result()
    assert own_endpoint.processes() == []


def test_no_model_outlives_the_host_by_more_than_its_requests(own_endpoint):
    own_endpoint.post("a")
    own_endpoint.post("b")
    folder = own_endpoint.model("busy", ask="wait(folder)")
    own_endpoint.post("busy", folder)
    *idle, busy = sorted(own_endpoint.processes(), key=psutil.Process.create_time)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(own_endpoint.ask, "busy")
        wait_until((folder / "arrived").exists)
        own_endpoint.host.kill()
        wait_until(lambda: not any(map(lives, idle)))
        assert status_of(own_endpoint.page, "", "") == 503
        assert lives(busy)
        (folder / "go").touch()
        assert asked.result()[0] == 200
    wait_until(lambda: not lives(busy))


def test_the_host_ends_with_its_standard_input(own_endpoint):
    own_endpoint.post("m")
    (model,) = own_endpoint.processes()
    own_endpoint.host.stdin.close()
    assert own_endpoint.host.wait(timeout=20) == 0
    wait_until(lambda: not lives(model))


def test_a_missing_host_is_told(paths, tmp_path):
    models = Models(tmp_path, paths, Settings.from_environment({}))
    assert status_of(models.page, "", "") == 503


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets a process offer itself")
def test_the_kernel_is_told_to_take_models_first(endpoint):
    endpoint.post("m")
    (model,) = endpoint.processes()
    with open(f"/proc/{model.pid}/oom_score_adj") as file:
        assert file.read() == "1000\n"
