"""The running server stack keeps SageMaker's side of HTTP (S-04 to S-06, S-40 to S-53)."""

import http.client
import json

import pytest

from byoc.signature import Signature
from serving import Server, wait_until


@pytest.fixture(scope="module")
def server(front, trained, tmp_path_factory):
    with Server(front, trained.base, tmp_path_factory.mktemp("serve") / "log") as server:
        yield server.ready()


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_ping_is_answered_with_200_and_nothing_more(server, method):
    response = server.request(method, "/ping")
    assert (response.status, response.body) == (200, b"")


def test_a_payload_gets_as_many_predictions_as_it_has_rows(server, payload):
    response = server.request("POST", "/invocations", payload, Content_Type="text/csv")
    assert (response.status, response.headers["Content-Type"]) == (200, "text/csv")
    assert len(response.body.splitlines()) == len(payload.splitlines())


def test_headers_reach_the_predictor_as_sent(server, samples):
    body = (samples / "payload.json").read_bytes()
    headers = {
        "Content-Type": "Application/JSON; charset=utf-8",
        "Accept": 'image/png, application/json; output="probability,predicted_label"',
    }
    response = server.request("POST", "/invocations", body, **headers)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    predictions = json.loads(response.body)["predictions"]
    assert len(predictions) == len(json.loads(body)["instances"])
    assert {tuple(prediction) for prediction in predictions} == {("probability", "predicted_label")}


def test_no_headers_at_all_mean_csv(server, payload):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("POST", "/invocations", skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", "model.aws.local")
    connection.putheader("Content-Length", str(len(payload)))
    connection.endheaders(payload)
    response = connection.getresponse()
    assert (response.status, response.headers["Content-Type"]) == (200, "text/csv")
    connection.close()


def test_a_body_may_come_in_chunks(server, payload):
    chunks = iter([payload[:7], payload[7:]])  # of unknown length, so the client sends them chunked
    response = server.request("POST", "/invocations", chunks, Content_Type="text/csv")
    assert response.status == 200
    assert len(response.body.splitlines()) == len(payload.splitlines())


def test_a_body_larger_than_every_buffer_may_come_in_chunks(server, payload):
    line = payload.splitlines()[0] + b"\n"
    rows = 160_000 // len(line)
    response = server.request("POST", "/invocations", iter([line * rows] * 20), Content_Type="text/csv")
    assert response.status == 200
    assert response.body.count(b"\n") == 20 * rows


def test_a_batch_job_marks_its_bad_records_and_may_ask_how_much_to_send(front, trained, payload, tmp_path):
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_BATCH="true") as server:
        response = server.ready().request("POST", "/invocations", payload + b",x" * 99 + b"\n", Content_Type="text/csv")
        assert response.body.splitlines()[-1] == b"ERROR"
        response = server.request("GET", "/execution-parameters")
        assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
        told = json.loads(response.body)
        assert told.keys() == {"MaxConcurrentTransforms", "BatchStrategy", "MaxPayloadInMB"}
        assert 0 < told["MaxConcurrentTransforms"] * told["MaxPayloadInMB"] <= 100


def test_one_connection_takes_many_requests(server, payload):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    answers = set()
    for body, status in [(payload, 200), (b" ", 400), (payload, 200), (b"", 400)]:
        connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
        response = connection.getresponse()
        answers.add((response.status == status, len(response.read()) > 0))
    connection.close()
    assert answers == {(True, True)}


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status"),
    [
        ("POST", "/invocations", b"", "text/csv", 400),
        ("POST", "/invocations", b"a,b", "text/csv", 400),
        ("POST", "/invocations", b"x" * 26_000_000, "text/csv", 400),
        ("POST", "/invocations", b"\x00\xff\r\n" * 20, "image/png", 415),
        ("GET", "/invocations", None, "", 405),
        ("DELETE", "/ping", None, "", 405),
        ("GET", "/", None, "", 404),
        ("GET", "/invocations/", None, "", 404),
    ],
    ids=lambda value: f"{len(value)} bytes" if isinstance(value, bytes) else str(value),
)
def test_what_cannot_be_answered_is_refused_in_plain_text(server, method, path, body, content_type, status):
    response = server.request(method, path, body, Content_Type=content_type)
    assert response.status == status
    assert response.headers["Content-Type"].startswith("text/plain")
    assert 0 < len(response.body) <= 2048
    assert b"<" not in response.body


@pytest.mark.parametrize(("method", "path"), [("GET", "/models"), ("POST", "/models"), ("POST", "/models/m/invoke")])
def test_without_multi_model_mode_its_routes_say_how_to_have_it(server, method, path):
    response = server.request(method, path)
    assert (response.status, response.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert response.body == b"this is no multi-model endpoint; SAGEMAKER_MULTI_MODEL=true makes it one\n"


def test_the_playground_is_there_if_asked_for(front, trained, tmp_path):
    with Server(front, trained.base, tmp_path / "log", BYOC_PLAYGROUND="true") as server:
        response = server.ready().request("GET", "/")
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert Signature.load(trained.model).features[0].name.encode() in response.body


def test_a_wrong_method_is_told_the_right_ones(server):
    assert set(server.request("GET", "/invocations").headers["Allow"].split(", ")) - {"OPTIONS"} == {"POST"}
    allowed = set(server.request("DELETE", "/ping").headers["Allow"].split(", "))
    assert allowed - {"OPTIONS"} == {"GET", "HEAD", "POST"}


def lines_of(server, **wanted) -> list[dict]:
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    return [line for line in lines if wanted.items() <= line.items()]


def test_the_log_has_a_json_line_for_each_request_with_its_ids(server, payload):
    path = '/odd"\\x'
    ids = {"X-Amzn-SageMaker-Inference-Id": "inference-1", "X-Amzn-SageMaker-Request-Id": "request-1"}
    assert server.request("GET", path, **ids).status == 404
    wait_until(lambda: lines_of(server, status=404, request_id="request-1", inference_id="inference-1"))
    assert path in lines_of(server, request_id="request-1")[0]["request"]


def test_a_refusal_is_logged_with_its_reason_and_id(server):
    ids = {"X-Amzn-SageMaker-Request-Id": "request-2"}
    answer = server.request("POST", "/invocations", b" ", Content_Type="text/csv", **ids)
    reason = answer.body.decode().strip()
    wait_until(lambda: lines_of(server, request_id="request-2", status=400, remark=reason))


def test_pings_that_go_well_are_not_logged(server):
    server.request("GET", "/ping", **{"X-Amzn-SageMaker-Request-Id": "request-3"})
    server.request("PUT", "/ping", **{"X-Amzn-SageMaker-Request-Id": "request-4"})
    wait_until(lambda: lines_of(server, request_id="request-4"))
    assert not lines_of(server, request_id="request-3")


@pytest.mark.parametrize(
    ("sent", "given"),
    [("trace=1, user=2", "trace=1, user=2"), ("a" * 1024, "a" * 1024), ("a" * 1025, None), ("\xe4", None), ("", None)],
    ids=["short", "longest", "too long", "not ascii", "empty"],
)
def test_custom_attributes_come_back_to_the_client(server, payload, sent, given):
    headers = {"Content-Type": "text/csv", "X-Amzn-SageMaker-Custom-Attributes": sent}
    response = server.request("POST", "/invocations", payload, **headers)
    assert response.status == 200
    assert response.headers["X-Amzn-SageMaker-Custom-Attributes"] == given


def test_headers_that_mean_nothing_here_are_ignored(server, payload):
    headers = {f"X-Amzn-SageMaker-Unknown-{number}": "x" for number in range(50)}
    headers |= {"X-Amzn-SageMaker-Session-Id": "NEW_SESSION", "Content-Type": "text/csv"}
    response = server.request("POST", "/invocations", payload, **headers)
    assert response.status == 200
    assert "X-Amzn-SageMaker-New-Session-Id" not in response.headers


@pytest.mark.parametrize("multi_model", ["false", "true"])
def test_the_current_folder_may_have_a_byoc_and_a_predictor_of_its_own(
    front, trained, tmp_path, monkeypatch, multi_model
):
    """Such as that of another project: `serve` may be started from anywhere."""
    for name in ("byoc/__init__.py", "predictor.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('raise SystemExit("the wrong one")')
    monkeypatch.chdir(tmp_path)
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_MULTI_MODEL=multi_model) as server:
        assert server.ready().request("GET", "/ping").status == 200


def test_a_predictor_py_that_cannot_be_imported_is_told_in_one_line(front, trained, tmp_path, program_with):
    with Server(front, trained.base, tmp_path / "log", program_with("import no_such_package")) as server:
        server.process.wait(30)
        reason = "No module named 'no_such_package'; a package for serving belongs in requirements/handlers.in"
        assert f"serve: predictor.py cannot be imported: ModuleNotFoundError: {reason}" in server.log
