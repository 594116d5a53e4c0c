"""Models come and go in processes of their own, and whoever asks at any moment gets the truth (M-03 to M-14)."""

import json

import pytest

from byoc.errors import RequestError, shown
from byoc.serving.multi_model.requests import NAME_RULE
from endpoint import status_of


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
    "name",
    ["../../x", "..", "a/./b", "a\0", "a\nb", "\ud800", " a", "\x7f", "\u2028", "x" * 1025, "é" * 513, "x" * 9**5],
)
def test_a_name_that_no_url_can_hold_is_refused_at_load(endpoint, name):
    body = {"model_name": name, "url": str(endpoint.model("m"))}
    with pytest.raises(RequestError) as refused:
        endpoint.load(json.dumps(body).encode())
    assert (refused.value.status, str(refused.value)) == (400, f"model_name is {shown(name)}; it must be {NAME_RULE}")
    assert endpoint.names() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff", b'"m"', b"{}", b'{"model_name": "m"}', b'{"model_name": 1, "url": "u"}', b"[" * 100_000],
)
def test_a_body_that_is_not_as_it_must_be_is_refused(endpoint, body):
    assert status_of(endpoint.load, body) == 400
