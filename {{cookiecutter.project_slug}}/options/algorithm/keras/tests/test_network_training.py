"""Training end to end: the example, and what networks of any framework have in common (tests/network_tests.py)."""

import json

import pytest
from network_tests import *  # noqa: F403
from network_tests import served

from byoc.onnx_model import OnnxModel


@pytest.fixture
def quick() -> dict[str, str]:
    return {"batch_size": "8", "learning_rate": "0.02"}


@pytest.fixture
def dropping() -> dict[str, str]:
    return {"rate": "0.4"}


def test_the_example_trains_and_answers_its_payloads(trained, project):
    expected = (project / "local_test/expected.csv").read_bytes()
    payloads = project / "local_test"
    answer = served(trained).respond((payloads / "payload.csv").read_bytes(), "text/csv", "")
    assert answer.body == expected
    answer = served(trained).respond((payloads / "payload.json").read_bytes(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["sedan", "hatchback", "convertible"]}


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    files = {str(file.relative_to(trained.base)) for file in trained.base.rglob("*") if file.is_file()}
    pictures = ("calibration", "confusion_matrix", "importance", "learning_curves", "roc")
    assert {file for file in files if not file.startswith("input/")} == {
        "model/model.onnx",
        "model/signature.json",
        "output/data/report.html",
        *(f"output/data/{picture}.svg" for picture in pictures),
    }
    model = OnnxModel(trained.model)
    assert model.signature.labels == ("convertible", "hardtop", "hatchback", "sedan", "wagon")
    assert model.signature.features[3].categories == ("diesel", "gas")
    page = (trained.output_data / "report.html").read_text(encoding="utf-8")
    assert all((trained.output_data / f"{picture}.svg").read_text(encoding="utf-8") in page for picture in pictures)
    assert "<td>validation:accuracy</td>" in page
