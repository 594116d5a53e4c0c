"""The example, from files in /opt/ml to a model that answers."""

from algorithm_jobs import answers_its_payloads, left, model_and_report, report
from byoc.serving.onnx_model import OnnxModel


def test_the_example_trains_and_answers_its_payloads(trained):
    answers_its_payloads(trained, "sedan", "hatchback", "convertible")


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == model_and_report("calibration", "confusion_matrix", "importance", "learning_curves", "roc")
    model = OnnxModel(trained.model)
    assert model.signature.labels == ("convertible", "hardtop", "hatchback", "sedan", "wagon")
    assert model.signature.features[3].categories == ("diesel", "gas")
    assert "<td>validation:accuracy</td>" in report(trained)
