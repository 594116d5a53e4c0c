"""What a model that cannot be loaded, fails, or does not fit costs: itself (M-05, M-06, M-12)."""

import json
from multiprocessing import Pipe

import pytest

from byoc.errors import RequestError
from byoc.serving.multi_model import process
from byoc.serving.response import Response
from endpoint import KILLED, status_of


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


@pytest.mark.parametrize(("second", "status", "start"), [("b", 200, b"ab"), (None, 500, b"the model failed on this ")])
def test_what_a_handler_yields_is_answered_in_one_piece(second, status, start):
    def parts():
        yield b"a"
        yield second.encode()

    client, model = Pipe()
    client.send_bytes(json.dumps({"content_type": "", "accept": "", "encoding": ""}).encode())
    client.send_bytes(b"x")
    process.answer(model, lambda *_: Response(200, parts(), "text/plain"))
    assert json.loads(client.recv_bytes())["status"] == status
    assert client.recv_bytes().startswith(start)
