"""What a classifier takes, in each format, and what it refuses."""

import subprocess
import sys

import pytest

import predictor as handlers
from byoc.serving import batch
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
TEXT = "A bird that supplies quills for writing."


@pytest.fixture(scope="module")
def predictor(trained) -> Predictor:
    return Predictor(trained.model, Settings.from_environment({}), handlers)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "expected"),
    [
        (f"inputs\n{TEXT}\n{TEXT}", CSV, "", "satire\nsatire\n"),
        (f'"{TEXT}"', CSV, LINES, '{"predicted_label": "satire"}\n'),
        (f'{{"inputs": "{TEXT}"}}\n["{TEXT}"]', LINES, CSV, "satire\nsatire\n"),
        (f'{{"instances": [["{TEXT}"]]}}', JSON, "", '{"predictions": ["satire"]}\n'),
        (f"{TEXT}\n{TEXT}\n", "text/plain", CSV, "satire\nsatire\n"),
        (TEXT, "text/plain; charset=latin-1", "", '{"predictions": ["satire"]}\n'),
    ],
)
def test_every_format_of_texts_is_answered_in_the_format_asked_for(predictor, body, content_type, accept, expected):
    answer = predictor.respond(body.encode(), content_type, accept)
    assert (answer.status, answer.body.decode()) == (200, expected)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "message"),
    [
        ("a, b", CSV, "", 400, "row 1 has 2 columns, but the model takes 1: inputs"),
        ('{"inputs": 5}', JSON, "", 400, "inputs must be a text, or a list of at least one text"),
        ('{"inputs": []}', JSON, "", 400, "inputs must be a text, or a list of at least one text"),
        ('{"inputs": "\\ud800"}', JSON, "", 400, "row 1 holds half of a character"),
        ('{"inputs": "a", "parameters": {"top_k": 0}}', JSON, "", 400, "parameters.top_k: Input should be greater"),
        ('{"inputs": "a", "parameters": {"topk": 1}}', JSON, "", 400, "parameters.topk: Extra inputs are not"),
        ('{"inputs": "a"}', JSON, CSV, 406, "accept application/json"),
        (" \n", "text/plain", "", 400, "the request body is empty"),
        ("a", "text/plain; charset=x", "", 415, "charset 'x' is not supported"),
        ("a", "image/png", "", 415, "content type 'image/png' is not supported"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(predictor, body, content_type, accept, status, message):
    answer = predictor.respond(body.encode(), content_type, accept)
    assert answer.status == status
    assert message in answer.body.decode()


def test_a_batch_is_worked_through_in_pieces_and_bad_lines_have_their_place(trained, monkeypatch):
    monkeypatch.setattr(batch, "PIECE", 100)
    predictor = Predictor(trained.model, Settings.from_environment({"BYOC_BAD_RECORDS": "mark"}), handlers)
    body = "\n".join(["inputs", TEXT, "a, b", *[TEXT] * 10])
    answer = predictor.respond(body.encode(), CSV, "")
    assert answer.body.decode().split() == ["satire", "ERROR", *["satire"] * 10]


def test_the_server_needs_neither_pytorch_nor_transformers(trained, project):
    code = f"""
import sys
sys.path[:0] = {[str(project / "program"), str(project)]!r}
import predictor
from byoc.settings import Settings
from pathlib import Path
from byoc.serving.predictor import Predictor
model = Predictor(Path({str(trained.model)!r}), Settings.from_environment({{}}), predictor)
answer = model.respond(b"a", "text/csv", "")
assert answer.status == 200
print(sorted({{"torch", "transformers"}} & set(sys.modules)))
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
