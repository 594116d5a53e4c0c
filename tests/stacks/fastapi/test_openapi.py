"""What the server tells of the model is true: the examples work, the page needs no network."""

import json
import re
import subprocess

import pytest

from byoc.serving.asgi.api_docs import invocations
from byoc.signature import Feature, Signature
from serving import Server


@pytest.fixture(scope="module")
def server(front, trained, tmp_path_factory):
    with Server(front, trained.base, tmp_path_factory.mktemp("serve") / "log") as server:
        yield server.ready()


@pytest.fixture(scope="module")
def api(server) -> dict:
    response = server.request("GET", "/openapi.json")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    return json.loads(response.body)


def test_every_route_that_sagemaker_knows_is_described(api):
    methods = {path: set(operations) for path, operations in api["paths"].items()}
    assert methods == {"/ping": {"get"}, "/invocations": {"post"}, "/execution-parameters": {"get"}}


def test_a_multi_model_endpoint_describes_its_own_routes_and_names_their_methods(front, paths, tmp_path):
    with Server(front, paths.base, tmp_path / "log", SAGEMAKER_MULTI_MODEL="true") as server:
        api = json.loads(server.ready().request("GET", "/openapi.json").body)
        methods = {path: set(operations) for path, operations in api["paths"].items() if path.startswith("/models")}
        assert methods == {
            "/models": {"get", "post"},
            "/models/{name}": {"get", "delete"},
            "/models/{name}/invoke": {"post"},
        }
        assert "/invocations" not in api["paths"]
        assert server.request("GET", "/docs").status == 200
        assert server.request("PUT", "/models").headers["Allow"] == "GET, POST"
        assert server.request("PUT", "/models/m").headers["Allow"] == "DELETE, GET"


def test_rows_have_the_models_own_columns_and_answers_its_labels(api, trained):
    signature = json.loads((trained.model / "signature.json").read_text())
    names = [feature["name"] for feature in signature["features"]]
    operation = api["paths"]["/invocations"]["post"]
    by_name, in_order = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["instances"][
        "items"
    ]["anyOf"]
    assert list(by_name["properties"]) == by_name["required"] == names
    assert len(in_order["prefixItems"]) == in_order["minItems"] == in_order["maxItems"] == len(names)
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["predictions"]
    assert answer["items"] == {"enum": signature["labels"]}


def test_every_example_is_answered(server, api):
    content = api["paths"]["/invocations"]["post"]["requestBody"]["content"]
    examples = {name: entry["example"] for name, entry in content.items() if "example" in entry}
    assert len(examples) == 3
    for name, example in examples.items():
        body = example if isinstance(example, str) else json.dumps(example)
        response = server.request("POST", "/invocations", body, Content_Type=name)
        assert (response.status, response.headers["Content-Type"]) == (200, name)


def test_the_page_has_lines_that_work_when_pasted_and_loads_nothing(server, trained):
    labels = [str(label) for label in Signature.load(trained.model).labels]
    response = server.request("GET", "/docs")
    page = response.body.decode()
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", page)
    lines = re.findall("<pre>(.*?)</pre>", page, re.DOTALL)
    assert len(lines) == 3
    for line in lines:
        command = re.sub(r"&#x27;|&quot;", lambda match: {"&#x27;": "'", "&quot;": '"'}[match[0]], line)
        command = command.replace("localhost:8080", f"127.0.0.1:{server.port}").replace("curl", "curl -sS --fail", 1)
        run = subprocess.run(["bash", "-c", command], capture_output=True, encoding="utf-8", timeout=30)
        assert (run.returncode, run.stderr) == (0, "")
        assert any(label in run.stdout for label in labels)


def test_a_model_without_a_signature_takes_and_gives_anything():
    operation = invocations(None, "predicted_label")
    assert operation["requestBody"]["content"] == operation["responses"]["200"]["content"] == {"*/*": {}}


def test_categories_and_missing_values_are_described():
    category = Feature("k", "str", "a,b", True, ("a,b",))
    features = (Feature("n", "float32", 1.5, True), category, Feature("t", "str", "c"))
    content = invocations(Signature(features, (0, 1)), "probability")["requestBody"]["content"]
    row = content["application/json"]["schema"]["properties"]["instances"]["items"]["anyOf"][0]
    assert row["properties"] == {
        "n": {"type": ["number", "null"]},
        "k": {"type": ["string", "null"], "examples": ["a,b"]},
        "t": {"type": "string"},
    }
    assert content["text/csv"]["example"] == '1.5,"a,b",c\n'
    assert list(content) == ["text/csv", "application/json", "application/jsonlines"]


def test_labels_are_promised_only_where_they_are_the_answer(trained):
    content = invocations(Signature.load(trained.model), "probability")["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["properties"]["predictions"]["items"] == {}


def test_a_model_without_labels_gives_numbers():
    operation = invocations(Signature((Feature("width", "float32", 1.0),)), "predicted_label")
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["predictions"]
    assert answer["items"] == {"type": "number"}
