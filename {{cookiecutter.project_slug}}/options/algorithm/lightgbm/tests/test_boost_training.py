"""Training end to end, from files in /opt/ml to a model that answers; and data that nothing can be learnt from."""

import json
import re

import numpy as np
import pytest
from algorithm_jobs import channel, left, refused, report, served, train

import algorithm
from byoc.describe import as_json
from byoc.onnx_model import OnnxModel

SMALL = {"min_data_in_leaf": "1", "min_data_per_group": "1", "num_iterations": "20", "cat_smooth": "0"}


def test_the_example_trains_and_answers_its_payloads(trained, project):
    payloads = project / "local_test"
    expected = (payloads / "expected.csv").read_bytes()
    assert served(trained).respond((payloads / "payload.csv").read_bytes(), "text/csv", "").body == expected
    answer = served(trained).respond((payloads / "payload.json").read_bytes(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": expected.decode().split()[:3]}


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == {
        "model/model.onnx",
        "model/signature.json",
        "output/data/calibration.svg",
        "output/data/confusion_matrix.svg",
        "output/data/importance.svg",
        "output/data/learning_curves.svg",
        "output/data/report.html",
        "output/data/roc.svg",
    }
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


def test_categories_are_learnt_and_what_was_never_seen_is_answered_like_what_is_missing(paths):
    channel(paths, COLOURS)
    assert train(paths, categories='["colour"]', **SMALL) == 0
    model = served(paths)
    assert model.respond(b"orange,1\nblue,1\n red ,1", "text/csv", "").body == b"warm\ncold\nwarm\n"
    accept = 'application/json; output="probabilities"'
    rows = b'[{"colour": null, "size": 1}, {"colour": "purple", "size": 1}, {"colour": "", "size": null}]'
    missing, never_seen, empty = json.loads(model.respond(rows, "application/json", accept).body)["predictions"]
    assert missing == never_seen == empty


def test_categories_alone_are_enough(paths):
    channel(paths, "kind,colour,shape\n" + "warm,red,round\ncold,blue,square\n" * 10)
    assert train(paths, categories='["colour", "shape"]', **SMALL) == 0
    assert served(paths).respond(b"red,\nblue,square", "text/csv", "").body == b"warm\ncold\n"


def test_awkward_labels_names_and_categories_survive_from_training_to_the_answer(paths):
    channel(paths, 'l,"a b","a_b","<größe>"\n' + '"x, y","ja, ""sí""",,1\n"é",nein,z,2\n' * 8)
    assert train(paths, categories='["a b", "a_b"]', **SMALL) == 0
    rows = [{"a b": 'ja, "sí"', "a_b": None, "<größe>": 1}, {"a b": "nein", "a_b": "z", "<größe>": None}]
    answer = served(paths).respond(json.dumps(rows).encode(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["x, y", "é"]}


def test_missing_numbers_are_learnt_from(paths):
    """Which side of a split they go to is learnt: here, that a missing number is an `a`."""
    channel(paths, "kind,size,width\n" + "a,,1\nb,2,\n" * 10)
    assert train(paths, **SMALL) == 0
    assert served(paths).respond(b",1\n2,\n", "text/csv", "").body == b"a\nb\n"


def test_a_validation_channel_in_another_order_and_with_a_new_category_is_scored(paths, capsys):
    channel(paths, COLOURS)
    channel(paths, "kind,size,colour\nwarm,1,red\ncold,1,blue\ncold,1,purple\n", "validation")
    assert train(paths, categories='["colour"]', **SMALL) == 0
    assert float(re.search(r"validation:accuracy=([0-9.]+)", capsys.readouterr().out)[1]) >= 0.66


@pytest.mark.parametrize("objective", ["regression", "regression_l1", "poisson"])
def test_numbers_are_learnt_and_a_report_shows_the_residuals(paths, objective):
    rows = np.random.default_rng(0).uniform(1, 5, size=(200, 2))
    channel(paths, "\n".join(f"{10 * a:.3f},{a},{b}" for a, b in rows))
    assert train(paths, objective=objective) == 0
    answers = [float(line) for line in served(paths).respond(b"1.5,3\n4.5,3", "text/csv", "").body.split()]
    assert answers == pytest.approx([15, 45], rel=0.2)
    assert OnnxModel(paths.model).signature.labels == ()
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert (paths.output_data / "residuals.svg").read_text(encoding="utf-8") in page
    assert not (paths.output_data / "confusion_matrix.svg").exists()


def test_every_round_is_told_on_a_line_that_the_metrics_regexes_find(paths, capsys):
    channel(paths, "a,1\nb,2\n" * 10, "validation")
    channel(paths, "a,1\nb,2\n" * 10)
    assert train(paths, **SMALL | {"num_iterations": "3"}) == 0
    out = capsys.readouterr().out
    assert "\r" not in out
    definitions = json.loads(as_json(algorithm.Hyperparameters, algorithm.METRICS))["MetricDefinitions"]
    regexes = {one["Name"]: one["Regex"] for one in definitions}
    for name in ("train:binary_logloss", "validation:binary_logloss"):
        values = re.findall(regexes[name], out)
        assert len(values) == 4  # a line a round, and of the model that is saved
        assert values[3] == values[2]
    assert re.findall(regexes["validation:accuracy"], out) == ["1.000000"]


def test_it_ends_when_nothing_gets_better_and_saves_the_best_round(paths, capsys):
    random = np.random.default_rng(0)
    for name in ("training", "validation"):  # noise: each further round makes it worse
        channel(paths, "\n".join(f"{random.integers(2)},{random.normal()}" for _ in range(200)), name)
    assert train(paths, num_iterations="1000", early_stopping_round="4", min_data_in_leaf="5") == 0
    out = capsys.readouterr().out
    best, done = map(int, re.search(r"the model is that of round (\d+) of (\d+)", out).groups())
    assert done == best + 4
    scores = re.findall(r"validation:binary_logloss=([0-9.]+)", out)
    assert scores[-1] == min(scores)
    labels, rows = zip(
        *(line.split(",") for line in (paths.data / "validation/rows.csv").read_text().split()), strict=True
    )
    accept = 'application/json; output="probabilities"'
    answer = served(paths).respond("\n".join(rows).encode(), "text/csv", accept)
    shares = json.loads(answer.body)["predictions"]
    told = [share[int(label)] for label, share in zip(labels, shares, strict=True)]
    assert -np.log(told).mean() == pytest.approx(float(scores[-1]), abs=1e-5)


def test_rows_too_few_for_a_split_give_a_model_that_answers_the_mean(paths, capsys):
    channel(paths, "7,1\n8,2\n")
    assert train(paths, objective="regression") == 0
    assert "no tree can be added that fits better\nthe model is that of round 1 of 1" in capsys.readouterr().out
    assert float(served(paths).respond(b"1", "text/csv", "").body) == pytest.approx(7.5)


def test_a_constant_column_and_a_label_seen_once_are_borne(paths):
    channel(paths, "a,1,7\n" * 20 + "b,2,7\n" * 20 + "once,3,7\n")
    assert train(paths, objective="multiclass") == 0
    assert OnnxModel(paths.model).signature.labels == ("a", "b", "once")


BAD = [
    ("a,1\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
    ("a,1\n,2\n", {}, "line 2, column 1: the label is missing"),
    ("a,1\nb,two\n", {}, "'two' is not a number; if the column holds text, name it among the categories"),
    ("a,1\nb,1,2\n", {}, "line 2: 2 features, but there are 1: feature_1"),
    ("a,1,\nb,2,\n", {}, "column 'feature_2' holds no value in any row; leave it out"),
    ("", {}, "channel 'training' holds no rows"),
    ("a,1\nb,2\nc,3\n", {}, "objective = 'binary' tells two labels apart, but there are 3; choose one for several"),
    ("1,1\nx,2\n", {"objective": "regression"}, "row 2: the label 'x' is no number that can be learnt"),
    ("1,1\n-2,2\n", {"objective": "poisson"}, "has the label -2: poisson needs 0 or more"),
    ("a,1\nb,2\n", {"categories": '["colour"]'}, "there is no column 'colour' among feature_1"),
    ("a,1\nb,2\n", {"num_leaves": "1"}, "hyperparameter num_leaves = '1' is refused"),
]


@pytest.mark.parametrize(("rows", "hyperparameters", "message"), BAD)
def test_data_that_nothing_can_be_learnt_from_is_refused_without_a_model(paths, rows, hyperparameters, message):
    channel(paths, rows)
    refused(paths, message, **hyperparameters)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1\nb,2\n", "channel 'validation' has the columns feature_1, but training has feature_1, feature_2"),
        ("c,1,2\n", "channel 'validation' has the label 'c', but training has only a, b"),
    ],
)
def test_a_validation_channel_of_another_kind_is_refused(paths, rows, message):
    channel(paths, rows, "validation")
    refused(paths, message)
