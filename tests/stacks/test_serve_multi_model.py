"""A multi-model endpoint over HTTP: what it answers (M-02 to M-13)."""

import json
from urllib.parse import quote

import pytest

from serving import wait_until
from serving_models import first_label

ODD_NAMES = [
    "0123456789abcdef" * 2,
    "/sl/ash//es/",
    "per%41cent",
    "blank +&?#=;",
    "ünï中",
    "a..b",
    "x" * 1024,
    "a/invoke",
]


def test_without_a_model_it_is_ready_and_lists_none(models):
    assert models.server.request("GET", "/ping").status == 200
    response = models.server.request("GET", "/models")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(response.body) == {"models": []}


def test_each_model_gives_its_own_answers(models, payload, trained):
    label = first_label(trained)
    for name, folder in [("a", "one"), ("b", "other")]:
        assert models.load(name, folder).status == 200
    ours, theirs = (models.invoke(name, payload) for name in "ab")
    assert (ours.status, ours.headers["Content-Type"]) == (200, "text/csv")
    assert (ours.body.count(b"\n"), ours.body.replace(label, label.swapcase())) == (payload.count(b"\n"), theirs.body)
    assert ours.body != theirs.body
    attributes = {"X-Amzn-SageMaker-Custom-Attributes": "trace=1", "Accept": "application/json"}
    response = models.invoke("a", payload, **attributes)
    assert response.headers["X-Amzn-SageMaker-Custom-Attributes"] == "trace=1"
    assert len(json.loads(response.body)["predictions"]) == payload.count(b"\n")
    assert models.names() == ["a", "b"]


@pytest.mark.parametrize("name", ODD_NAMES, ids=lambda name: name[:20])
def test_any_name_will_do(models, payload, name):
    assert models.load(name).status == 200
    assert json.loads(models.get(name).body) == {"modelName": name, "modelUrl": models.url()}
    assert models.invoke(name, payload).status == 200
    assert models.unload(name).status == 200
    assert models.invoke(name, payload).status == 404


def test_pages_follow_each_other(models):
    for name in "cab":
        models.load(name)
    page = json.loads(models.server.request("GET", "/models?limit=2").body)
    rest = models.server.request("GET", f"/models?limit=2&next_page_token={quote(page['nextPageToken'])}")
    names = [model["modelName"] for answer in (page, json.loads(rest.body)) for model in answer["models"]]
    assert (names, "nextPageToken" in json.loads(rest.body)) == (["a", "b", "c"], False)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", "/invocations", "1,2", 404, "this is a multi-model endpoint: "),
        ("POST", "/models", "no", 400, "the body is no JSON object; "),
        ("POST", "/models", '{"model_name": "m", "url": "/etc"}', 400, "url is '/etc'; "),
        (
            "POST",
            "/models",
            '{"model_name": "../../x", "url": "/m"}',
            400,
            "model_name is '../../x'; it must be printable",
        ),
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
def test_what_cannot_be_had_is_told_in_one_plain_sentence(models, method, path, body, status, reason):
    response = models.server.request(method, path, body)
    assert (response.status, response.headers["Content-Type"].partition(";")[0]) == (status, "text/plain")
    assert response.body.decode().startswith(reason)
    assert response.body.count(b"\n") == 1


def test_the_log_names_the_model_and_the_archive_it_came_from(models, payload):
    models.load("hash")
    headers = {"X-Amzn-SageMaker-Target-Model": "folder/ours.tar.gz", "X-Amzn-SageMaker-Request-Id": "request-1"}
    for body in (payload, b"nonsense"):
        models.invoke("hash", body, **headers)

    def lines():
        found = [json.loads(line) for line in models.server.log.splitlines() if line.startswith("{")]
        return [line for line in found if line.get("request_id") == "request-1" and "seconds" in line]

    wait_until(lambda: len(lines()) == 2)
    for line in lines():
        assert line["request"].startswith("POST /models/hash/invoke")
        assert line["target_model"] == "folder/ours.tar.gz"
