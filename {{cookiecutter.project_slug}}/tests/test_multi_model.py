"""Models come and go in processes of their own, and whoever asks at any moment gets the truth (M-03 to M-14)."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path

import psutil
import pytest

from byoc import model_process, multi_model
from byoc.errors import RequestError
from byoc.multi_model import Models
from byoc.paths import Paths
from byoc.settings import Settings
from predictor import Response

# Does what the file `order` in the model's folder says, a line of Python: when loaded, and when asked.
OBEYING = """
import os, signal, sys, time
from pathlib import Path

def wait(folder):
    (folder / "arrived").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)

def model_fn(folder):
    exec((folder / "load").read_text() if (folder / "load").exists() else "")
    return folder

def transform_fn(folder, body, content_type, accept):
    exec((folder / "ask").read_text() if (folder / "ask").exists() else "")
    return body + f" {content_type} {accept}".encode(), "text/plain"
"""

# The host, for another algorithm.py, with as many bytes left of 1000 as the file `left` says.
HOST = """
import sys
from pathlib import Path
import predictor
from byoc import memory, model_host
predictor.Predictor.__init__.__defaults__ = (Path(sys.argv[2]),)
left = Path(sys.argv[1]) / "left"
memory.now = lambda: memory.Memory(1000, float(left.read_text()) if left.exists() else 1000)
model_host.main(Path(sys.argv[1]))
"""
KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


class Endpoint(Models):
    """The requests of multi_model.Models to a host of the test's own, with the model folders to give it."""

    def __init__(self, base, program, **environment):
        # Not under `base`: the path of a socket may have about a hundred characters.
        self.paths, self.folder = Paths(base / "ml"), Path(tempfile.mkdtemp(prefix="models-"))
        super().__init__(self.folder, self.paths, Settings.from_environment({"SAGEMAKER_MODEL_SERVER_TIMEOUT": "20"}))
        (base / "algorithm.py").write_text(OBEYING)
        command = [sys.executable, "-c", HOST, self.folder, base / "algorithm.py"]
        environment = os.environ | environment
        self.host = subprocess.Popen(command, cwd=program, env=environment, stdin=subprocess.PIPE, process_group=0)
        wait_until(lambda: self.answers() or self.host.poll() is not None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(OSError):
            os.killpg(self.host.pid, signal.SIGKILL)
        self.host.wait()
        self.host.stdin.close()
        shutil.rmtree(self.folder)

    def answers(self):
        with suppress(RequestError):
            return not self.names()

    def model(self, name, **orders):
        """The folder of the model `name`, with its orders: `load="raise MemoryError"`."""
        folder = self.paths.models / name / "model"
        folder.mkdir(parents=True, exist_ok=True)
        for order, line in orders.items():
            (folder / order).write_text(line)
        return folder

    def post(self, name, folder=None):
        return self.load(b'{"model_name": "%s", "url": "%s"}' % (name.encode(), bytes(folder or self.model(name))))

    def ask(self, name):
        return self.invoke(name, b"body", "a/b", "c/d")

    def names(self):
        return [model["modelName"] for model in self.page("", "")["models"]]

    def processes(self):
        return psutil.Process(self.host.pid).children()


@pytest.fixture(scope="module")
def shared(project, tmp_path_factory):
    with Endpoint(tmp_path_factory.mktemp("endpoint"), project / "program") as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(shared):
    """An endpoint without models."""
    yield shared
    for name in shared.names():
        shared.unload(name)
    shutil.rmtree(shared.paths.models, ignore_errors=True)
    (shared.folder / "left").unlink(missing_ok=True)


@pytest.fixture
def own(project, tmp_path):
    """An endpoint that the test may end, with two threads a model."""
    with Endpoint(tmp_path, project / "program", SAGEMAKER_MODEL_SERVER_THREADS="2") as endpoint:
        yield endpoint


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def lives(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_model_is_there_from_load_to_unload_and_only_then(endpoint):
    for change in range(2):
        with pytest.raises(RequestError) as refused:
            endpoint.ask("m")
        assert (refused.value.status, str(refused.value)) == (404, "the model 'm' is not loaded; see GET /models")
        folder = endpoint.model("m")
        model = {"modelName": "m", "modelUrl": str(folder)}
        assert endpoint.post("m") == model
        assert endpoint.ask("m") == (200, b"body a/b c/d", "text/plain", "")
        assert endpoint.page("", "") == {"models": [model]}
        assert endpoint.get("m") == model
        assert status_of(endpoint.post, "m") == 409
        assert endpoint.ask("m")[0] == 200
        assert len(endpoint.processes()) == 1
        assert endpoint.unload("m") == model
        assert endpoint.processes() == []
        assert {status_of(what, "m") for what in (endpoint.unload, endpoint.get, endpoint.ask)} == {404}, change


def status_of(what, *arguments):
    with pytest.raises(RequestError) as refused:
        what(*arguments)
    return refused.value.status


def test_models_are_listed_in_pages_that_no_change_shifts(endpoint):
    for name in "dbac":
        endpoint.post(name)
    first = endpoint.page("2", "")
    assert ([model["modelName"] for model in first["models"]], first["nextPageToken"]) == (["a", "b"], "b")
    endpoint.unload("a")
    endpoint.unload("b")
    last = endpoint.page("2", first["nextPageToken"])
    assert [model["modelName"] for model in last["models"]] == ["c", "d"]
    assert "nextPageToken" not in last
    assert endpoint.page("", "zz") == {"models": []}


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1.5", "²", "9" * 5000])
def test_a_limit_that_is_no_number_is_refused(endpoint, limit):
    assert status_of(endpoint.page, limit, "") == 400


@pytest.mark.parametrize(
    ("name", "url", "status", "reason"),
    [
        ("m", "/etc", 400, "url is '/etc'; it must be a folder under {models}"),
        ("m", "{models}", 400, "url is '{models}'; it must be a folder under {models}"),
        ("m", "{models}/../model", 400, "url is '{models}/../model'; it must be a folder under {models}"),
        ("m", "{models}/link", 400, "url is '{models}/link'; it must be a folder under {models}"),
        ("m", "{models}/none", 404, "url is '{models}/none', where there is no folder"),
        ("m", "{models}/circle", 404, "url is '{models}/circle', where there is no folder"),
        ("m", "{models}/file", 404, "url is '{models}/file', where there is no folder"),
        ("m", "{models}/\\u0000", 404, "url is '{models}/\\x00', where there is no folder"),
        ("", "{models}/m", 400, 'model_name is ""; it must be text, and not empty'),
    ],
)
def test_only_folders_under_opt_ml_models_are_loaded(endpoint, name, url, status, reason):
    models = endpoint.paths.models
    endpoint.model("m")
    (models / "file").touch()
    (models / "link").symlink_to("/etc")
    (models / "circle").symlink_to("circle")
    with pytest.raises(RequestError) as refused:
        endpoint.load(f'{{"model_name": "{name}", "url": "{url.format(models=models)}"}}'.encode())
    assert (refused.value.status, str(refused.value)) == (status, reason.format(models=models))
    assert endpoint.names() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff", b'"m"', b"{}", b'{"model_name": "m"}', b'{"model_name": 1, "url": "u"}', b"[" * 100_000],
)
def test_a_body_that_is_not_as_it_must_be_is_refused(endpoint, body):
    assert status_of(endpoint.load, body) == 400


@pytest.mark.parametrize(
    ("order", "status", "reason"),
    [
        ("raise ValueError('no good')", 400, "the model in {folder} cannot be loaded: ValueError: no good"),
        ("raise MemoryError", 507, "{folder} cannot be loaded: not enough memory; unload another model"),
        (KILLED, 507, "exit code -9: it was killed, as the kernel does when memory is short"),
        ("os.abort()", 500, "exit code -6: see the log"),
        ("sys.exit(3)", 500, "see the log"),
    ],
)
def test_a_model_that_does_not_load_says_why_and_leaves_nothing(endpoint, order, status, reason):
    folder = endpoint.model("m", load=order)
    with pytest.raises(RequestError) as refused:
        endpoint.post("m")
    assert (refused.value.status, reason.format(folder=folder) in str(refused.value)) == (status, True)
    assert (endpoint.names(), endpoint.processes()) == ([], [])
    assert sorted(file.name for file in endpoint.folder.iterdir()) == ["host"]
    (folder / "load").unlink()
    endpoint.post("m")


@pytest.mark.parametrize(
    ("order", "status", "stays"),
    [
        ("raise ValueError", 500, True),
        ("raise MemoryError", 507, True),
        ("sys.exit(3)", 500, True),
        (KILLED, 507, False),
        ("os._exit(3)", 500, False),
    ],
)
def test_a_model_that_fails_on_a_request_takes_no_other_along(endpoint, order, status, stays):
    endpoint.post("other")
    endpoint.post("m", endpoint.model("m", ask=order))
    try:
        seen, *_ = endpoint.ask("m")
    except RequestError as error:
        seen = error.status
    assert seen == status
    assert endpoint.names() == ["m", "other"] if stays else ["other"]
    assert endpoint.ask("other")[0] == 200
    assert stays or {status_of(endpoint.ask, "m"), status_of(endpoint.unload, "m")} == {404}
    assert stays or endpoint.post("m")


def test_what_does_not_fit_is_refused_before_it_is_loaded(endpoint):
    left = endpoint.folder / "left"
    left.write_text("150")  # of which 100 are kept back
    assert endpoint.post("fits", endpoint.model("fits", weights="x" * 50))
    large = endpoint.model("m", weights="x" * 51, load="raise ValueError('it was loaded')")
    assert status_of(endpoint.post, "m") == 507
    left.write_text("151")
    (large / "load").write_text("")
    assert endpoint.post("m")


def test_what_turns_out_not_to_fit_is_unloaded_again(endpoint):
    left = endpoint.folder / "left"
    endpoint.model("m", load=f"Path('{left}').write_text('99')")
    assert status_of(endpoint.post, "m") == 507
    assert (endpoint.names(), endpoint.processes()) == ([], [])
    left.unlink()
    (endpoint.model("m") / "load").unlink()
    assert endpoint.post("m")


def test_unloading_lets_requests_finish_and_lets_in_no_more(endpoint, monkeypatch):
    def connect(*address):
        connections.append(connected := connect_as_ever(*address))
        return connected

    connections, connect_as_ever = [], multi_model.Client
    folder = endpoint.model("m", ask="wait(folder)")
    endpoint.post("m")
    monkeypatch.setattr(multi_model, "Client", connect)
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(endpoint.ask, "m") for _ in range(2)]  # one is answered, one waits for that
        wait_until(lambda: (folder / "arrived").exists() and len(connections) == 2)
        unloaded = pool.submit(endpoint.unload, "m")
        again = pool.submit(endpoint.post, "m")
        wait_until(lambda: not (endpoint.folder / multi_model.entry("m")).exists())
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


def test_a_model_of_two_threads_answers_two_requests_at_a_time(own):
    own.post("m", own.model("m", ask="(folder / body.decode()).touch(); wait(folder)"))
    folder = own.model("m")
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(own.invoke, "m", body, "a", "b") for body in (b"1", b"2")]
        wait_until(lambda: (folder / "1").exists() and (folder / "2").exists())
        unloaded = pool.submit(own.unload, "m")
        wait_until(lambda: not (own.folder / multi_model.entry("m")).exists())
        (folder / "go").touch()
        assert [answer.result()[:2] for answer in asked] == [(200, b"1 a b"), (200, b"2 a b")]
        unloaded.result()
    assert own.processes() == []


def test_no_model_outlives_the_host_by_more_than_its_requests(own):
    own.post("a")
    own.post("b")
    folder = own.model("busy", ask="wait(folder)")
    own.post("busy", folder)
    *idle, busy = sorted(own.processes(), key=psutil.Process.create_time)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(own.ask, "busy")
        wait_until((folder / "arrived").exists)
        own.host.kill()
        wait_until(lambda: not any(map(lives, idle)))
        assert status_of(own.page, "", "") == 503
        assert lives(busy)
        (folder / "go").touch()
        assert asked.result()[0] == 200
    wait_until(lambda: not lives(busy))


def test_the_host_ends_with_its_standard_input(own):
    own.post("m")
    (model,) = own.processes()
    own.host.stdin.close()
    assert own.host.wait(timeout=20) == 0
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


@pytest.mark.parametrize(("second", "status", "start"), [("b", 200, b"ab"), (None, 500, b"the model failed on this ")])
def test_what_a_handler_yields_is_answered_in_one_piece(second, status, start):
    def parts():
        yield b"a"
        yield second.encode()

    client, model = Pipe()
    client.send_bytes(json.dumps({"content_type": "", "accept": ""}).encode())
    client.send_bytes(b"x")
    model_process.answer(model, lambda *_: Response(200, parts(), "text/plain"))
    assert json.loads(client.recv_bytes())["status"] == status
    assert client.recv_bytes().startswith(start)
