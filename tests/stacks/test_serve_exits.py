"""A handler that calls sys.exit ends its own request with 500, and no worker (S-43)."""

from http.client import IncompleteRead

import pytest

from serving import Server

PREDICTOR = """
import sys

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    if body == b"input":
        sys.exit("input")
    return body.decode()

def predict_fn(data, model):
    if data == "predict":
        sys.exit(3)
    return data

def output_fn(prediction, accept):
    if prediction == "output":
        sys.exit()
    if prediction == "parts":
        return parts(), "text/plain"
    return prediction, "text/plain"

def parts():
    yield "first,"
    sys.exit(3)
"""


@pytest.mark.parametrize("settings", [{}, {"BYOC_MICRO_BATCH_MS": 2}])
def test_a_handler_that_calls_sys_exit_is_named_and_the_worker_goes_on(front, paths, program_with, tmp_path, settings):
    with Server(front, paths.base, tmp_path / "log", program_with(PREDICTOR), **settings) as server:
        workers = server.ready().child(front.parent).children()
        for body, code in (("input", "'input'"), ("predict", "3"), ("output", "None")):
            answer = server.request("POST", "/invocations", body, Content_Type="text/plain")
            told = f"the model failed on this request: {body}_fn called sys.exit({code}), which answers nobody; "
            assert (answer.status, answer.body.decode()) == (500, f"{told}it must return, or raise an error\n")
            assert server.request("POST", "/invocations", "x", Content_Type="text/plain").body == b"x"
        with pytest.raises(IncompleteRead):  # the client sees that not all is there
            server.request("POST", "/invocations", "parts", Content_Type="text/plain")
        assert server.request("POST", "/invocations", "x", Content_Type="text/plain").body == b"x"
        assert server.child(front.parent).children() == workers
    assert "a handler called sys.exit(3), which answers nobody" in server.log
