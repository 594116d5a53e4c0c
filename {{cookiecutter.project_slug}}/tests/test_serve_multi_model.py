"""A multi-model endpoint over HTTP: models come and go while others are asked (M-02 to M-14)."""

import json
import random
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import quote

import psutil
import pytest
from serving import Server, wait_until
from stack import FRONTS, PARENT

from byoc.paths import Paths
from byoc.signature import Signature

MODE = {"SAGEMAKER_MULTI_MODEL": "true", "SAGEMAKER_MODEL_SERVER_WORKERS": 2}
ODD_NAMES = ["0123456789abcdef" * 2, "/sl/ash//es/", "per%41cent", "blank +&?#=;", "ünï中", "..", "x" * 999, "a/invoke"]


def first_label(trained) -> bytes:
    return Signature.load(trained.model).labels[0].encode()


@pytest.fixture(scope="module")
def base(trained, tmp_path_factory):
    """A tree with two models in /opt/ml/models, whose answers differ, and no /opt/ml/model."""
    paths = Paths(tmp_path_factory.mktemp("multi") / "ml")
    for name in ("one", "other"):
        shutil.copytree(trained.model, paths.models / name / "model")
    label = first_label(trained)
    for file in (paths.models / "other" / "model").iterdir():
        file.write_bytes(file.read_bytes().replace(label, label.swapcase()))
    return paths.base


@pytest.fixture(scope="module", params=FRONTS)
def server(request, base, tmp_path_factory):
    """In the end SIGTERM must end it, and the model that is loaded then."""
    with Server(base, request.param, tmp_path_factory.mktemp("serve") / "log", **MODE) as server:
        yield server.ready()
        assert Endpoint(server, base).load("left").status == 200
        everyone = psutil.Process(server.process.pid).children(recursive=True)
        server.process.terminate()
        assert server.process.wait(timeout=30) == 0
        wait_until(lambda: not any(map(lives, everyone)))
        assert "Traceback" not in server.log


@pytest.fixture(scope="module")
def payload(project) -> bytes:
    return (project / "local_test" / "payload.csv").read_bytes()


@pytest.fixture
def endpoint(server, base):
    """The server, all of whose models are unloaded in the end."""
    yield Endpoint(server, base)
    for model in server_models(server):
        Endpoint(server, base).unload(model["modelName"])


def server_models(server):
    return json.loads(server.request("GET", "/models").body)["models"]


class Endpoint:
    def __init__(self, server, base):
        self.server, self.models = server, Paths(base).models

    def url(self, folder="one"):
        return str(self.models / folder / "model")

    def load(self, name, folder="one"):
        return self.server.request("POST", "/models", json.dumps({"model_name": name, "url": self.url(folder)}))

    def unload(self, name):
        return self.server.request("DELETE", f"/models/{quote(name, safe='')}")

    def get(self, name):
        return self.server.request("GET", f"/models/{quote(name, safe='')}")

    def invoke(self, name, body, **headers):
        path = f"/models/{quote(name, safe='')}/invoke"
        return self.server.request("POST", path, body, **{"Content-Type": "text/csv"} | headers)


def test_without_a_model_it_is_ready_and_lists_none(endpoint):
    assert endpoint.server.request("GET", "/ping").status == 200
    response = endpoint.server.request("GET", "/models")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(response.body) == {"models": []}


def test_each_model_gives_its_own_answers(endpoint, payload, trained):
    label = first_label(trained)
    for name, folder in [("a", "one"), ("b", "other")]:
        assert endpoint.load(name, folder).status == 200
    ours, theirs = (endpoint.invoke(name, payload) for name in "ab")
    assert (ours.status, ours.headers["Content-Type"]) == (200, "text/csv")
    assert (ours.body.count(b"\n"), ours.body.replace(label, label.swapcase())) == (payload.count(b"\n"), theirs.body)
    assert ours.body != theirs.body
    attributes = {"X-Amzn-SageMaker-Custom-Attributes": "trace=1", "Accept": "application/json"}
    response = endpoint.invoke("a", payload, **attributes)
    assert response.headers["X-Amzn-SageMaker-Custom-Attributes"] == "trace=1"
    assert len(json.loads(response.body)["predictions"]) == payload.count(b"\n")
    assert [model["modelName"] for model in server_models(endpoint.server)] == ["a", "b"]


@pytest.mark.parametrize("name", ODD_NAMES, ids=lambda name: name[:20])
def test_any_name_will_do(endpoint, payload, name):
    assert endpoint.load(name).status == 200
    assert json.loads(endpoint.get(name).body) == {"modelName": name, "modelUrl": endpoint.url()}
    assert endpoint.invoke(name, payload).status == 200
    assert endpoint.unload(name).status == 200
    assert endpoint.invoke(name, payload).status == 404


def test_pages_follow_each_other(endpoint):
    for name in "cab":
        endpoint.load(name)
    page = json.loads(endpoint.server.request("GET", "/models?limit=2").body)
    rest = endpoint.server.request("GET", f"/models?limit=2&next_page_token={quote(page['nextPageToken'])}")
    names = [model["modelName"] for answer in (page, json.loads(rest.body)) for model in answer["models"]]
    assert (names, "nextPageToken" in json.loads(rest.body)) == (["a", "b", "c"], False)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", "/invocations", "1,2", 404, "this is a multi-model endpoint: "),
        ("POST", "/models", "no", 400, "the body is no JSON object; "),
        ("POST", "/models", '{"model_name": "m", "url": "/etc"}', 400, "url is '/etc'; "),
        ("GET", "/models?limit=no", None, 400, "limit is 'no'; "),
        ("GET", "/models/none", None, 404, "the model 'none' is not loaded; "),
        ("DELETE", "/models/none", None, 404, "the model 'none' is not loaded; "),
        ("POST", "/models/none/invoke", "1,2", 404, "the model 'none' is not loaded; "),
        ("POST", "/models/%FF/invoke", "1,2", 404, "the model '\ufffd' is not loaded; "),
        ("PUT", "/models", None, 405, ""),
        ("POST", "/models/none", None, 405, ""),
        ("POST", "/elsewhere/invoke", "1,2", 404, ""),
    ],
)
def test_what_cannot_be_had_is_told_in_one_plain_sentence(endpoint, method, path, body, status, reason):
    response = endpoint.server.request(method, path, body)
    assert (response.status, response.headers["Content-Type"].partition(";")[0]) == (status, "text/plain")
    assert response.body.decode().startswith(reason)
    assert response.body.count(b"\n") == 1


def test_the_log_names_the_model_and_the_archive_it_came_from(endpoint, payload):
    endpoint.load("hash")
    headers = {"X-Amzn-SageMaker-Target-Model": "folder/ours.tar.gz", "X-Amzn-SageMaker-Request-Id": "request-1"}
    for body in (payload, b"nonsense"):
        endpoint.invoke("hash", body, **headers)

    def lines():
        found = [json.loads(line) for line in endpoint.server.log.splitlines() if line.startswith("{")]
        return [line for line in found if line.get("request_id") == "request-1" and "seconds" in line]

    wait_until(lambda: len(lines()) == 2)
    for line in lines():
        assert line["request"].startswith("POST /models/hash/invoke")
        assert line["target_model"] == "folder/ours.tar.gz"


def test_models_that_come_and_go_under_load_give_right_answers_or_none(endpoint, payload):
    names = ["one", "other", "third"]
    expected = {}
    for name in names:
        endpoint.load(name, "other" if name == "other" else "one")
        expected[name] = endpoint.invoke(name, payload).body

    def work(seed):
        choose, seen = random.Random(seed), Counter()
        for _ in range(40):
            name = choose.choice(names)
            what = choose.choices(["invoke", "load", "unload", "get"], [6, 2, 1, 1])[0]
            if what == "invoke":
                response = endpoint.invoke(name, payload)
                assert response.status != 200 or response.body == expected[name]
            else:
                folder = ["other" if name == "other" else "one"] if what == "load" else []
                response = getattr(endpoint, what)(name, *folder)
            seen[what, response.status] += 1
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = sum(pool.map(work, range(8)), Counter())
    assert {"invoke": {200, 404}, "load": {200, 409}, "unload": {200, 404}, "get": {200, 404}} == {
        what: {status for kind, status in seen if kind == what} for what, _ in seen
    }
    loads = 3 + seen["load", 200] - seen["unload", 200]
    assert loads == len(server_models(endpoint.server)) == len(models_of(endpoint.server))


def models_of(server):
    return server.child("model_host").children()


def test_unloading_gives_the_memory_back(endpoint, payload):
    def memory():
        everyone = psutil.Process(endpoint.server.process.pid).children(recursive=True)
        return sum(process.memory_full_info().uss for process in everyone)

    endpoint.load("first")
    endpoint.invoke("first", payload)
    endpoint.unload("first")
    before = memory()
    for number in range(10):
        endpoint.load(str(number))
        endpoint.invoke(str(number), payload)
    full = memory()
    for number in range(10):
        assert endpoint.unload(str(number)).status == 200
        assert len(models_of(endpoint.server)) == 9 - number
    assert memory() - before < (full - before) / 5


def test_the_end_of_the_models_host_ends_them_all_and_no_model_outlives_serve(base, tmp_path):
    with Server(base, FRONTS[-1], tmp_path / "host", **MODE) as server:
        server.ready().child("model_host").kill()
        assert server.process.wait(timeout=30) == 1
        assert "serve: models ended by itself, exit code -9\n" in server.log
    with Server(base, FRONTS[-1], tmp_path / "serve", **MODE) as server:
        endpoint = Endpoint(server.ready(), base)
        assert endpoint.load("m").status == 200
        parent, host = server.child(PARENT), server.child("model_host")
        everyone = [host, *host.children()]
        server.process.kill()
        try:
            wait_until(lambda: not any(map(lives, everyone)))
        finally:
            for process in [parent, *parent.children(recursive=True), *everyone]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()


def lives(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
