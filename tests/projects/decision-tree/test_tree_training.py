"""Training end to end, from files in /opt/ml to a model that answers."""

import json

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from algorithm_jobs import (
    answers_its_payloads,
    channel,
    learns_the_column_that_is_chosen,
    left,
    model_and_report,
    refused,
    served,
    train,
)
from byoc.reports import held_out
from byoc.serving.onnx_model import OnnxModel
from equal_values import many_numbers_as_labels_are_asked_about, told_is_served


def test_the_example_trains_and_answers_its_payloads(trained):
    answers_its_payloads(trained, "setosa", "versicolor", "virginica")


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == model_and_report("calibration", "confusion_matrix", "roc", "tree")
    signature = OnnxModel(trained.model).signature
    assert [feature.name for feature in signature.features][:2] == ["sepal_length", "sepal_width"]
    assert signature.labels == ("setosa", "versicolor", "virginica")


def test_metrics_are_printed_as_name_and_value_and_a_validation_channel_is_scored(paths, capsys):
    channel(paths, "a,1,10\nb,1,10\nb,2,20\nc,9,9\n", "validation")
    assert train(paths) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == ["training on 4 rows of 2 features", "train:accuracy=1.000000", "validation:accuracy=0.500000"]


def test_without_a_channel_validation_each_of_few_rows_is_held_out_once(paths, capsys):
    """Of noise, which a tree learns by heart."""
    random = np.random.default_rng(0)
    labels, features = np.array(["a", "b"])[random.integers(0, 2, 100)], random.normal(size=(100, 2))
    lines = (f"{label},{','.join(map(str, row))}" for label, row in zip(labels, features.tolist(), strict=True))
    channel(paths, "\n".join(lines))
    assert train(paths) == 0
    right = 0
    for held in held_out._folds(labels):
        rest = np.delete(np.arange(100), held)
        tree = DecisionTreeClassifier(random_state=0).fit(features[rest], labels[rest])
        right += int((tree.predict(features[held]) == labels[held]).sum())
    assert 30 < right < 70
    assert capsys.readouterr().out.splitlines() == [
        "training on 100 rows of 2 features",
        "train:accuracy=1.000000",
        "no channel validation: held_out is the score of a 5-fold cross-validation; the model is of all rows",
        f"held_out:accuracy={right / 100:.6f}",
    ]
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "Confusion matrix, held-out data" in page
    assert f"<td>held_out:accuracy</td><td>{right / 100:.4f}</td>" in page


def test_where_each_label_occurs_once_it_is_said_that_the_score_flatters(paths, capsys):
    channel(paths, "a,1\nb,2\n")
    assert train(paths) == 0
    out = capsys.readouterr().out
    assert "held_out" not in out
    assert "warning: every score is of rows that the model was trained on" in out
    assert "Confusion matrix, training data" in (paths.output_data / "report.html").read_text(encoding="utf-8")


def test_a_label_that_only_the_validation_channel_has_counts_as_wrong(paths, capsys):
    channel(paths, "0,1\n1,2\n")
    channel(paths, "0,1\n1,2\nx,2\n", "validation")
    assert train(paths) == 0
    assert "validation:accuracy=0.666667" in capsys.readouterr().out


def test_a_label_seen_once_is_learnt_and_a_constant_column_does_no_harm(paths):
    channel(paths, "a,1,7\na,2,7\nb,9,7\n")
    assert train(paths) == 0
    predictor = served(paths)
    assert predictor.respond(b"1,0\n9,0\n", "text/csv", "").body == b"a\nb\n"


def test_whole_number_labels_come_back_as_numbers(paths):
    channel(paths, "0,1\n1,2\n0,1.5\n12,3\n")
    assert train(paths) == 0
    predictor = served(paths)
    assert predictor.respond(b"[[1], [3]]", "application/json", "").body == b'{"predictions": [0, 12]}\n'
    assert predictor.respond(b"1\n3", "text/csv", "").body == b"0\n12\n"


def test_awkward_labels_and_names_survive_from_training_to_the_answer(paths):
    channel(paths, '"a, b",1\n"say ""ä""",2\n')
    assert train(paths, feature_names='["<größe>"]') == 0
    predictor = served(paths)
    answer = predictor.respond('[{"<größe>": 1}, {"<größe>": 2}]'.encode(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["a, b", 'say "ä"']}


@pytest.mark.parametrize(
    ("rows", "hyperparameters", "message"),
    [
        ("a,1\na,2\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
        ("x" * 1001 + ",1\nb,2\n", {}, "has 1,001 characters, and 1,000 are the most: is that the column of labels?"),
        ("a,1\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
        ("a,1\n,2\n", {}, "line 2, column 1: the label is missing"),
        ("a,1\nb,\n", {}, "line 2, column 2: '': no value may be missing here; leave such rows out"),
        ("a,1\nb,two\n", {}, "line 2, column 2: 'two' is not a number"),
        ("", {}, "channel 'training' holds no rows"),
        ("a,1\nb,2\n", {"feature_names": '["x", "y"]'}, "= ['x', 'y']: the data needs 1 different names"),
        ("a,1,2\nb,2,3\n", {"feature_names": '["x", "x"]'}, "= ['x', 'x']: the data needs 2 different names"),
        ("a,1\nb,2\n", {"max_depth": "deep"}, "hyperparameter max_depth = 'deep' is refused"),
    ],
)
def test_data_that_no_tree_can_be_trained_on_is_refused_without_a_model(paths, rows, hyperparameters, message):
    channel(paths, rows)
    refused(paths, message, **hyperparameters)


def test_the_same_random_state_gives_the_same_model(paths):
    models = []
    for seed in ("1", "1"):
        assert train(paths, random_state=seed) == 0
        models.append((paths.model / "model.onnx").read_bytes())
    assert models[0] == models[1]


def test_what_training_tells_is_what_is_served_where_float32_loses_digits(paths, capsys):
    told_is_served(paths, capsys)


def test_a_column_that_is_chosen_is_learnt_and_what_is_ignored_is_no_feature(paths):
    learns_the_column_that_is_chosen(paths)


def test_so_many_numbers_as_labels_are_asked_about(paths):
    many_numbers_as_labels_are_asked_about(paths)
