"""With BYOC_MICRO_BATCH_MS, concurrent requests are fewer calls of the model, in every server, and nobody notices."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from byoc.paths import Paths
from serving import Response, Server, wait_until
from test_serve_busy import answers

# The ONNX model. Each call is noted with its number of rows, and waits until the test lets it go, or hangs for good.
COUNTING = """
import os
import time
from pathlib import Path

from byoc.serving.default_handlers import decode

FOLDER = Path(os.environ["COUNTING"])

def note(file, number):
    with (FOLDER / file).open("a") as notes:
        notes.write(f"{number}\\n")

def input_fn(body, content_type):
    note("bodies", len(body))
    return decode(body, content_type, None)

def predict_fn(data, model):
    note("calls", len(data))
    if (FOLDER / "hang").exists():
        time.sleep(3600)
    while not (FOLDER / "go").exists():
        time.sleep(0.01)
    return model.predict(data)
"""
ACCEPT = 'text/csv; output="predicted_label,probabilities,labels"'


@pytest.fixture
def payload() -> bytes:
    return b"1,2\n2,1\n3,-4.5\n0,0.5\n7,8\n"


@pytest.fixture
def base(onnx_folder, tmp_path) -> Path:
    """A tree with an ONNX model, whatever `train` leaves."""
    paths = Paths(tmp_path / "ml")
    shutil.copytree(onnx_folder, paths.model)
    return paths.base


def ask(server: Server, path: str, body: bytes) -> Response:
    return server.request("POST", path, body, Content_Type="text/csv", Accept=ACCEPT)


def noted(file: Path) -> list[int]:
    return list(map(int, file.read_text().split())) if file.exists() else []


def meet(server: Server, path: str, payload: bytes, folder: Path) -> list[int]:
    """Ask with a row while the model is busy with another, for each row; gives the calls that it took."""
    lines = payload.splitlines(keepends=True)
    (folder / "go").touch()
    together = ask(server, path, payload)
    assert together.status == 200
    (folder / "go").unlink()
    with ThreadPoolExecutor(len(lines)) as pool:
        apart = [pool.submit(ask, server, path, lines[0])]
        try:
            wait_until(lambda: len(noted(folder / "calls")) == 2)
            apart += [pool.submit(ask, server, path, line) for line in lines[1:]]
            wait_until(lambda: len(noted(folder / "bodies")) == 1 + len(lines))
        finally:
            (folder / "go").touch()
        assert [answer.result().body for answer in apart] == together.body.splitlines(keepends=True)
    return noted(folder / "calls")[1:]


def test_requests_that_meet_are_fewer_calls_and_each_gets_its_own_answer(front, base, payload, program_with, tmp_path):
    settings = {"COUNTING": tmp_path, "BYOC_MICRO_BATCH_MS": 100}
    with Server(front, base, tmp_path / "log", program_with(COUNTING), **settings) as server:
        calls = meet(server.ready(), "/invocations", payload, tmp_path)
    assert sum(calls) == len(payload.splitlines()) > len(calls)


def test_so_they_are_for_each_of_many_models(front, onnx_folder, payload, program_with, tmp_path):
    paths = Paths(tmp_path / "ml")
    shutil.copytree(onnx_folder, paths.models / "one" / "model")
    settings = {"COUNTING": tmp_path, "BYOC_MICRO_BATCH_MS": 100, "SAGEMAKER_MULTI_MODEL": "true"}
    with Server(front, paths.base, tmp_path / "log", program_with(COUNTING), **settings) as server:
        model = {"model_name": "one", "url": str(paths.models / "one" / "model")}
        assert server.ready().request("POST", "/models", json.dumps(model)).status == 200
        calls = meet(server, "/models/one/invoke", payload, tmp_path)
    assert sum(calls) == len(payload.splitlines()) > len(calls)


def test_a_model_without_handlers_takes_part_and_answers_as_ever(front, base, payload, program_with, tmp_path):
    with Server(front, base, tmp_path / "log", program_with(""), BYOC_MICRO_BATCH_MS=2) as server:
        together = ask(server.ready(), "/invocations", payload)
        with ThreadPoolExecutor(8) as pool:
            apart = list(pool.map(partial(ask, server, "/invocations"), payload.splitlines(keepends=True) * 20))
    assert [answer.body for answer in apart] == together.body.splitlines(keepends=True) * 20


def test_all_that_a_call_hangs_for_are_given_up_and_the_next_is_answered(front, base, program_with, tmp_path):
    settings = {"COUNTING": tmp_path, "BYOC_MICRO_BATCH_MS": 100, "SAGEMAKER_MODEL_SERVER_TIMEOUT": 1}
    with Server(front, base, tmp_path / "log", program_with(COUNTING), **settings) as server:
        server.ready()
        (tmp_path / "go").touch()
        (tmp_path / "hang").touch()
        with ThreadPoolExecutor(3) as pool:
            given_up = list(pool.map(partial(ask, server, "/invocations"), [b"1,2"] * 3))
        assert [answer.status for answer in given_up] == [503] * 3
        assert {answer.body.partition(b": ")[0] for answer in given_up} == {b"the model gave no answer"}
        (tmp_path / "hang").unlink()
        wait_until(partial(answers, server, b"1,2"))
