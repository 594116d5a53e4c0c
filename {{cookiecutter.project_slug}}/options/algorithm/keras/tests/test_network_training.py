"""Training end to end: the example, and what networks of any framework have in common (tests/network_tests.py)."""

import json

import pytest
from algorithm_jobs import left, report, served
from network_tests import *  # noqa: F403

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
    pictures = ("calibration", "confusion_matrix", "importance", "learning_curves", "roc")
    assert left(trained) == {
        "model/model.onnx",
        "model/signature.json",
        "output/data/report.html",
        *(f"output/data/{picture}.svg" for picture in pictures),
    }
    model = OnnxModel(trained.model)
    assert model.signature.labels == ("convertible", "hardtop", "hatchback", "sedan", "wagon")
    assert model.signature.features[3].categories == ("diesel", "gas")
    assert "<td>validation:accuracy</td>" in report(trained)
