"""The example, from files in /opt/ml to a model that answers; and categories, which are learnt from as they are."""

import json
import re

import pytest
from framework import BY_HEART

from algorithm_jobs import answers_its_payloads, channel, left, model_and_report, refused, report, served, train
from byoc.serving.onnx_model import OnnxModel
from equal_values import equal_everywhere


def test_the_example_trains_and_answers_its_payloads(trained):
    answers_its_payloads(trained, "fwd", "rwd", "rwd")


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == model_and_report("calibration", "confusion_matrix", "importance", "learning_curves", "roc")
    signature = OnnxModel(trained.model).signature
    assert signature.labels == ("4wd", "fwd", "rwd")
    _, losses, make, *_ = signature.features
    assert (losses.name, losses.dtype, losses.missing) == ("normalized_losses", "float32", True)
    assert (make.name, make.dtype, make.missing, "volvo" in make.categories) == ("make", "str", True, True)


def test_the_report_stands_on_its_own_and_holds_every_picture(trained):
    page = report(trained)
    assert "<td>validation:accuracy</td>" in page
    assert "<td>body_style</td>" in page


COLOURS = "kind,colour,size\n" + "warm,red,1\nwarm,orange,1\ncold,blue,1\ncold,green,1\n" * 10


@pytest.mark.parametrize("named", [{"categories": '["colour"]'}, {}], ids=["named", "found out"])
def test_categories_are_learnt_and_what_was_never_seen_is_answered_like_what_is_missing(paths, named):
    channel(paths, COLOURS)
    channel(paths, "kind,colour,size\nwarm,1,2\n", "validation")  # of the kind that the column has in training
    assert train(paths, **named, **BY_HEART) == 0
    model = served(paths)
    assert model.respond(b"orange,1\nblue,1\n red ,1", "text/csv", "").body == b"warm\ncold\nwarm\n"
    accept = 'application/json; output="probabilities"'
    rows = b'[{"colour": null, "size": 1}, {"colour": "purple", "size": 1}, {"colour": "", "size": null}]'
    missing, never_seen, empty = json.loads(model.respond(rows, "application/json", accept).body)["predictions"]
    assert missing == never_seen == empty


def test_categories_alone_are_enough(paths):
    channel(paths, "kind,colour,shape\n" + "warm,red,round\ncold,blue,square\n" * 10)
    assert train(paths, categories='["colour", "shape"]', **BY_HEART) == 0
    assert served(paths).respond(b"red,\nblue,square", "text/csv", "").body == b"warm\ncold\n"


def test_awkward_labels_names_and_categories_survive_from_training_to_the_answer(paths):
    channel(paths, 'l,"a b","a_b","<größe>"\n' + '"x, y","ja, ""sí""",,1\n"é",nein,z,2\n' * 8)
    assert train(paths, categories='["a b", "a_b"]', **BY_HEART) == 0
    rows = [{"a b": 'ja, "sí"', "a_b": None, "<größe>": 1}, {"a b": "nein", "a_b": "z", "<größe>": None}]
    answer = served(paths).respond(json.dumps(rows).encode(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["x, y", "é"]}


def test_a_validation_channel_in_another_order_and_with_a_new_category_is_scored(paths, capsys):
    channel(paths, COLOURS)
    channel(paths, "kind,size,colour\nwarm,1,red\ncold,1,blue\ncold,1,purple\n", "validation")
    assert train(paths, categories='["colour"]', **BY_HEART) == 0
    assert float(re.search(r"validation:accuracy=([0-9.]+)", capsys.readouterr().out)[1]) >= 0.66


def test_rows_too_few_for_a_split_give_a_model_that_answers_the_mean(paths, capsys):
    channel(paths, "7,1\n8,2\n")
    assert train(paths, objective="regression") == 0
    assert "no tree can be added that fits better\nthe model is that of round 1 of 1" in capsys.readouterr().out
    assert float(served(paths).respond(b"1", "text/csv", "").body) == pytest.approx(7.5)


def test_text_that_no_category_is_named_for_is_refused_and_so_is_a_category_without_a_column(paths):
    channel(paths, "a,1\nb,two\n")
    told = "'two' is not a number; if the column holds text, set the hyperparameter categories to [\"feature_1\"], all"
    refused(paths, told)
    paths.failure.unlink()
    refused(paths, "there is no column 'colour' among feature_1", categories='["colour"]')


def test_categories_that_are_equal_are_the_same_however_they_are_written(paths):
    equal_everywhere(paths, **BY_HEART)
