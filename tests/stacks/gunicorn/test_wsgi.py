"""The HTTP routes onto the predictor, without a server around them (S-06, S-44, S-50)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from werkzeug.test import Client

from in_process import imported

STACK = "nginx-gunicorn-flask"


@pytest.fixture(scope="module")
def wsgi(trained) -> Iterator[ModuleType]:
    with imported(STACK, "wsgi", trained.base) as wsgi:
        yield wsgi


@pytest.fixture(scope="module")
def client(wsgi) -> Client:
    return Client(wsgi.app)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_ping_is_200_with_an_empty_body(client, method):
    response = client.open("/ping", method=method)
    assert (response.status_code, response.data) == (200, b"")


def test_a_prediction_has_its_content_type_and_length(client, payload):
    headers = {"Content-Type": "text/csv", "Accept": "application/json"}
    response = client.post("/invocations", data=payload, headers=headers)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.content_length == len(response.data)


def test_a_batch_job_is_told_what_it_may_send(client):
    response = client.get("/execution-parameters")
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.json.keys() == {"MaxConcurrentTransforms", "BatchStrategy", "MaxPayloadInMB"}
    assert 0 < response.json["MaxConcurrentTransforms"] * response.json["MaxPayloadInMB"] <= 100


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/invocations", 405, {"POST", "OPTIONS"}),
        ("PUT", "/ping", 405, {"GET", "HEAD", "POST", "OPTIONS"}),
        ("GET", "/nowhere", 404, set()),
        ("POST", "/ping/", 404, set()),
    ],
)
def test_what_is_not_there_is_refused_in_plain_text(client, method, path, status, allow):
    response = client.open(path, method=method)
    assert (response.status_code, response.content_type) == (status, "text/plain; charset=utf-8")
    assert set(response.headers.get("Allow", "").split(", ")) - {""} == allow
    assert b"<" not in response.data


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status"),
    [(b"", "text/csv", "", 400), (None, "image/png", "", 415), (None, "text/csv", "image/png", 406)],
)
def test_the_predictors_refusals_pass_through(client, payload, body, content_type, accept, status):
    sent = payload if body is None else body
    response = client.post("/invocations", data=sent, content_type=content_type, headers={"Accept": accept})
    assert (response.status_code, response.content_type) == (status, "text/plain; charset=utf-8")


def test_a_limit_of_the_owners_refuses_by_its_own_status(trained, payload):
    with imported(STACK, "wsgi", trained.base) as wsgi:
        wsgi.flask.config["MAX_CONTENT_LENGTH"] = len(payload) - 1
        assert Client(wsgi.app).post("/invocations", data=payload, content_type="text/csv").status_code == 413


def test_what_ends_a_prediction_otherwise_than_by_an_error_does_not_keep_its_place(wsgi, client, monkeypatch, payload):
    """Else a worker would refuse all that comes after a few of them, and its pings would go well."""

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(wsgi.service.model, "respond", interrupted)
        for _ in range(2 * wsgi.service.settings.places):
            with pytest.raises(KeyboardInterrupt):
                client.post("/invocations", data=payload)
    assert client.post("/invocations", data=payload, content_type="text/csv").status_code == 200


def test_a_worker_that_gunicorn_ends_still_answers_in_plain_text(wsgi, client, monkeypatch):
    def ended(*_):
        raise SystemExit(1)  # as gunicorn does in a worker that is over its time

    monkeypatch.setattr(wsgi.service.model, "respond", ended)
    response = client.post("/invocations", data=b"x")
    assert (response.status_code, response.content_type) == (503, "text/plain; charset=utf-8")
    assert response.data.startswith(b"the model gave no answer: ")


def test_without_a_model_the_import_ends_with_one_line(bake, tmp_path):
    project = bake.anew(server_stack=STACK)  # which is compiled where it is
    found = os.pathsep.join([str(project / "program"), str(project)])
    environment = {"SAGEMAKER_BASE_DIR": str(tmp_path), "PYTHONPATH": found}
    run = subprocess.run([sys.executable, "-c", "import wsgi"], env=environment, capture_output=True, encoding="utf-8")
    assert run.returncode == 1
    assert run.stderr.startswith(f"serve: no model: {tmp_path}/model/model.onnx is missing")
    assert run.stderr.count("\n") == 1
