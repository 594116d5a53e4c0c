"""What clients and SageMaker's own tools send, and what handlers return, comes out the same of every stack."""

import gzip
import json

import psutil
import pytest

from serving import Server, wait_until

ROWS = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]
CSV = b"5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n"
LABELS = b"setosa\nvirginica\n"
MB = 1 << 20
WRONG = {
    "SAGEMAKER_INFERENCE_OUTPUT": ("probabilites", "did you mean probabilities?"),
    "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": ("text/html", "define output_fn in predictor.py"),
    "BYOC_BAD_RECORDZ": ("mark", "did you mean BYOC_BAD_RECORDS?"),
}
HANDLERS = """
from pathlib import Path

def model_fn(model_dir): return None

def predict_fn(data, model):
    return eval((Path(__file__).parent / "returned").read_text())
"""


@pytest.fixture(scope="module")
def server(front, trained, tmp_path_factory):
    log = tmp_path_factory.mktemp("serve") / "log"
    with Server(front, trained.base, log, SAGEMAKER_INFERENCE_OUTPUT="predicted_label,score") as server:
        yield server.ready()
    assert "Traceback" not in server.log


def ask(server, body: bytes, kind: str = "text/csv", **headers: str):
    accept = f"{kind};output=predicted_label"
    return server.request("POST", "/invocations", body, Content_Type=kind, Accept=accept, **headers)


def test_gzip_is_unpacked_whatever_its_size(server):
    for times in (1, 1, 1, 20_000):  # after the first, a small one may be answered where it arrives
        answer = ask(server, gzip.compress(CSV * times), Content_Encoding="gzip")
        assert (answer.status, answer.body) == (200, LABELS * times)
    assert ask(server, CSV, Content_Encoding="identity").body == LABELS
    assert ask(server, iter([gzip.compress(CSV)]), Content_Encoding="GZIP").body == LABELS


def test_what_is_packed_otherwise_is_refused(server):
    answer = ask(server, CSV, Content_Encoding="br")
    assert (answer.status, answer.body[:49]) == (415, b"Content-Encoding 'br' is not supported; send gzip")
    assert ask(server, CSV, Content_Encoding="gzip").status == 400
    answer = ask(server, gzip.compress(CSV))
    assert (answer.status, answer.body[:24]) == (400, b"the body is gzip; unpack")


def test_a_bomb_is_refused_and_costs_little(server, front):
    processes = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]
    before = sum(process.memory_info().rss for process in processes)
    bomb = gzip.decompress(gzip.compress(gzip.compress(b"1" * MB) * 3000))  # 3 GB in 3 MB
    for _ in range(3):
        answer = ask(server, bomb, Content_Encoding="gzip")
        assert (answer.status, answer.body[:44]) == (413, b"the body is more than 6 MB when unpacked, wh"), answer.body
    assert sum(process.memory_info().rss for process in processes) - before < 60 * MB
    assert ask(server, CSV).body == LABELS


@pytest.mark.parametrize("batch", ["", "true"], ids=["endpoint", "batch"])
def test_the_forms_of_sagemakers_own_tools_are_taken_and_answered(front, trained, tmp_path, batch):
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,score", "SAGEMAKER_BATCH": batch}
    with Server(front, trained.base, tmp_path / "log", **environment) as server:
        server.ready()
        instances = {"instances": [{"features": row} for row in ROWS]}
        answer = server.request("POST", "/invocations", json.dumps(instances), Content_Type="application/json")
        predictions = json.loads(answer.body)["predictions"]
        assert [set(prediction) for prediction in predictions] == [{"predicted_label", "score"}] * 2
        assert [prediction["predicted_label"] for prediction in predictions] == ["setosa", "virginica"]
        assert [len(prediction["score"]) for prediction in predictions] == [3, 3]
        lines = "".join(json.dumps({"features": row}) + "\n" for row in ROWS)
        answer = server.request("POST", "/invocations", lines, Content_Type="application/jsonlines")
        assert [json.loads(line) for line in answer.body.splitlines()] == predictions


@pytest.mark.parametrize("variable", WRONG)
def test_a_setting_that_only_requests_would_find_wrong_ends_the_start(front, trained, tmp_path, variable):
    value, hint = WRONG[variable]
    with Server(front, trained.base, tmp_path / "log", **{variable: value}) as server:
        wait_until(lambda: server.process.poll() is not None)
    assert server.process.returncode == 1
    told = [line for line in server.log.splitlines() if line.startswith("serve: ") and variable in line]
    assert len(told) == 1
    assert hint in told[0]
    assert "Traceback" not in server.log


def test_a_misspelt_handler_ends_the_start(front, trained, program_with, tmp_path):
    program = program_with("def predict_func(data, model): ...\n")
    with Server(front, trained.base, tmp_path / "log", program) as server:
        wait_until(lambda: server.process.poll() is not None)
    assert server.process.returncode == 1
    assert "serve: predictor.py defines predict_func, which is no handler: did you mean predict_fn?" in server.log
    assert "Traceback" not in server.log


def test_on_a_multi_model_endpoint_too(front, trained, program_with, two_models, tmp_path):
    program = program_with("def predict_func(data, model): ...\n")
    with Server(front, two_models, tmp_path / "log", program, SAGEMAKER_MULTI_MODEL="true") as server:
        wait_until(lambda: server.process.poll() is not None)
    assert "serve: predictor.py defines predict_func, which is no handler: did you mean predict_fn?" in server.log


def test_models_of_many_take_gzip(models):
    models.load("one")
    answer = models.invoke("one", gzip.compress(CSV), Content_Encoding="gzip")
    assert (answer.status, answer.body) == (200, LABELS)
    assert models.invoke("one", CSV, Content_Encoding="br").status == 415


@pytest.mark.parametrize("wait", [0, 2], ids=["alone", "micro-batches"])
def test_what_a_handler_returns_is_a_row_for_each_or_a_fault(front, trained, program_with, tmp_path, wait):
    program = program_with(HANDLERS)
    with Server(front, trained.base, tmp_path / "log", program, BYOC_MICRO_BATCH_MS=wait) as server:
        server.ready()
        for returned, status, body in (
            ("[1]", 500, b"TypeError: predict_fn returned 1 predictions for 2 rows; it must return one prediction for"),
            ("'ab'", 500, b"TypeError: predict_fn returned str; it must return one prediction for each row: "),
            ("{'risk': [0.5, float('nan')]}", 200, b'{"risk": 0.5}\n{"risk": null}\n'),
        ):
            (program / "returned").write_text(returned)
            answer = server.request(
                "POST", "/invocations", CSV, Content_Type="text/csv", Accept="application/jsonlines"
            )
            assert answer.status == status
            assert body in answer.body
            assert status == 200 or answer.body.count(b"\n") == 1
        server.process.terminate()
        server.process.wait(30)
    assert "row 2 has risk = nan; NaN and infinity are answered as null" in server.log
