"""Training end to end, from files in /opt/ml to a model that answers; and data that nothing can be learnt from."""

import json
import re

import numpy as np
import pytest
from algorithm_jobs import channel, left, refused, report, served, train

import algorithm
from byoc.describe import as_json
from byoc.onnx_model import OnnxModel

SMALL = {"min_child_weight": "0", "num_round": "20", "reg_lambda": "0"}  # what few rows need to be learnt by heart


def test_the_example_trains_and_answers_its_payloads(trained, project):
    expected = (project / "local_test/expected.csv").read_bytes()
    payloads = project / "local_test"
    answer = served(trained).respond((payloads / "payload.csv").read_bytes(), "text/csv", "")
    assert answer.body == expected
    answer = served(trained).respond((payloads / "payload.json").read_bytes(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["malignant", "benign", "malignant"]}


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
    assert signature.labels == ("benign", "malignant")
    assert (signature.features[0].name, signature.features[0].missing) == ("mean_radius", True)


def test_the_report_stands_on_its_own_and_holds_every_picture(trained):
    page = report(trained)
    assert "<td>validation:accuracy</td>" in page
    assert "<td>worst_radius</td>" in page


def test_missing_numbers_are_learnt_from_and_answered_in_every_format(paths):
    """Which side of a split they go to is learnt: here, that a missing number is an `a`."""
    channel(paths, "kind,size,width\n" + "a,,1\nb,2,\n" * 10)
    assert train(paths, **SMALL) == 0
    model = served(paths)
    assert model.respond(b",1\n2,\n", "text/csv", "").body == b"a\nb\n"
    rows = b'[{"size": null, "width": 1}, [2, null]]'
    assert json.loads(model.respond(rows, "application/json", "").body) == {"predictions": ["a", "b"]}
    assert model.respond(b"width,size\n1,\n", "text/csv", "").body == b"a\n"


def test_a_validation_channel_in_another_order_of_columns_is_scored(paths, capsys):
    channel(paths, "kind,size,width\n" + "a,1,9\nb,2,9\n" * 10)
    channel(paths, "kind,width,size\na,9,1\nb,9,2\n", "validation")
    assert train(paths, **SMALL) == 0
    assert "validation:accuracy=1.000000" in capsys.readouterr().out


def test_several_labels_are_told_apart_as_text_and_as_numbers(paths):
    channel(paths, '"b, ü",1\na,2\nc,3\n' * 4)
    assert train(paths, objective="multi:softprob", **SMALL) == 0
    answer = served(paths).respond(b"[[1], [2], [3]]", "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["b, ü", "a", "c"]}
    channel(paths, "10,1\n9,2\n-1,3\n" * 4)
    assert train(paths, objective="multi:softprob", **SMALL) == 0
    assert served(paths).respond(b"1\n2\n3", "text/csv", "").body == b"10\n9\n-1\n"


@pytest.mark.parametrize("objective", ["reg:squarederror", "reg:absoluteerror", "count:poisson"])
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
    assert train(paths, num_round="3") == 0
    out = capsys.readouterr().out
    assert "\r" not in out
    definitions = json.loads(as_json(algorithm.Hyperparameters, algorithm.METRICS))["MetricDefinitions"]
    regexes = {one["Name"]: one["Regex"] for one in definitions}
    for name in ("train:logloss", "validation:logloss"):
        values = re.findall(regexes[name], out)
        assert len(values) == 4  # a line a round, and of the model that is saved
        assert values[3] == values[2]
    assert re.findall(regexes["validation:accuracy"], out) == ["1.000000"]
    assert re.findall(regexes["train:mlogloss"], out) == []


def test_one_row_is_enough_for_a_number(paths):
    channel(paths, "7,1\n")
    assert train(paths, objective="reg:squarederror") == 0
    assert float(served(paths).respond(b"1", "text/csv", "").body) == pytest.approx(7)


def test_it_ends_when_nothing_gets_better_and_saves_the_best_round(paths, capsys):
    random = np.random.default_rng(0)
    for name in ("training", "validation"):  # noise: each further round makes it worse
        channel(paths, "\n".join(f"{random.integers(2)},{random.normal()}" for _ in range(200)), name)
    assert train(paths, num_round="1000", early_stopping_rounds="4") == 0
    out = capsys.readouterr().out
    best, done = map(int, re.search(r"the model is that of round (\d+) of (\d+)", out).groups())
    assert done == best + 4
    scores = re.findall(r"validation:logloss=([0-9.]+)", out)
    assert scores[-1] == min(scores)
    labels, rows = zip(
        *(line.split(",") for line in (paths.data / "validation/rows.csv").read_text().split()), strict=True
    )
    accept = 'application/json; output="probabilities"'
    answer = served(paths).respond("\n".join(rows).encode(), "text/csv", accept)
    shares = json.loads(answer.body)["predictions"]
    told = [share[int(label)] for label, share in zip(labels, shares, strict=True)]
    assert -np.log(told).mean() == pytest.approx(float(scores[-1]), abs=1e-5)


def test_a_constant_column_and_a_label_seen_once_are_borne(paths):
    channel(paths, "a,1,7\n" * 20 + "b,2,7\n" * 20 + "once,3,7\n")
    assert train(paths, objective="multi:softprob") == 0
    assert OnnxModel(paths.model).signature.labels == ("a", "b", "once")


BAD = [
    ("a,1\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
    ("a,1\n,2\n", {}, "line 2, column 1: the label is missing"),
    ("a,1\nb,two\n", {}, "column 2 (feature_1): 'two' is not a number; no text is learnt from here: encode it"),
    ("a,1\nb,1,2\n", {}, "line 2: 2 features, but there are 1: feature_1"),
    ("", {}, "channel 'training' holds no rows"),
    ("a,1\nb,2\nc,3\n", {}, "tells two labels apart, but there are 3; choose one for several labels"),
    ("1,1\nx,2\n", {"objective": "reg:squarederror"}, "row 2: the label 'x' is no number that can be learnt"),
    ("1,1\ninf,2\n", {"objective": "reg:squarederror"}, "row 2: the label 'inf' is no number that can be learnt"),
    ("1,1\n-2,2\n", {"objective": "count:poisson"}, "has the label -2: count:poisson needs 0 or more"),
    ("a,1,\nb,2,\n", {}, "column 'feature_2' holds no value in any row; leave it out"),
    ("kind,size\n", {}, "channel 'training' holds no rows"),
    ("a,1\n", {"objective": "multi:softprob"}, "every row has the label 'a'"),
    ("a,1\nb,2\n", {"eta": "0"}, "hyperparameter eta = '0' is refused"),
    ("a,1\nb,2\n", {"objective": "rank:pairwise"}, "hyperparameter objective = 'rank:pairwise' is refused"),
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


def test_a_checkpoint_of_another_job_is_refused(paths):
    paths.checkpoints.mkdir()
    assert train(paths, num_round="10") == 0
    (paths.model / "model.onnx").unlink()
    (paths.model / "signature.json").unlink()
    channel(paths, "a,1\nb,2\n")
    refused(paths, "is of columns {'feature_1': [], 'feature_2': []}, but this job has {'feature_1': []}; give it")
