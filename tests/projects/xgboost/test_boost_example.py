"""The example, from files in /opt/ml to a model that answers; and text, of which XGBoost learns nothing here."""

from algorithm_jobs import answers_its_payloads, channel, left, model_and_report, refused, report
from byoc.serving.onnx_model import OnnxModel
from equal_values import told_is_served


def test_the_example_trains_and_answers_its_payloads(trained):
    answers_its_payloads(trained, "malignant", "benign", "malignant")


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == model_and_report("calibration", "confusion_matrix", "importance", "learning_curves", "roc")
    signature = OnnxModel(trained.model).signature
    assert signature.labels == ("benign", "malignant")
    assert (signature.features[0].name, signature.features[0].missing) == ("mean_radius", True)


def test_the_report_stands_on_its_own_and_holds_every_picture(trained):
    page = report(trained)
    assert "<td>validation:accuracy</td>" in page
    assert "<td>worst_radius</td>" in page


def test_text_is_refused_without_a_word_of_categories(paths):
    channel(paths, "a,1\nb,two\n")
    refused(paths, "'two' is not a number; no text is learnt from here: encode the columns [\"feature_1\"] as numbers")


def test_what_training_tells_is_what_is_served_where_float32_loses_digits(paths, capsys):
    told_is_served(paths, capsys)
