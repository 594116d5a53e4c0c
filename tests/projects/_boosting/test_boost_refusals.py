"""What no boosting can learn from, whichever framework does it, is refused in one line."""

import pytest
from framework import BY_HEART, ROUNDS

from algorithm import OBJECTIVES
from algorithm_jobs import channel, refused, train
from byoc.boosting.objectives import Kind
from equal_values import many_numbers_as_labels_are_asked_about

TWO, SEVERAL, NUMBER, COUNT = (
    {"objective": next(each.name for each in OBJECTIVES if each.kind is kind)} for kind in Kind
)
BAD = [
    ("a,1\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
    ("a,1\n", SEVERAL, "every row has the label 'a'"),
    ("a,1\n,2\n", {}, "line 2, column 1: the label is missing"),
    ("a,1\nb,two\n", {}, "line 2, column 2 (feature_1): 'two' is not a number; "),
    ("a,1\nb,1,2\n", {}, "line 2: 2 features, but there are 1: feature_1"),
    ("a,1,\nb,2,\n", {}, "column 'feature_2' holds no value in any row; leave it out"),
    ("", {}, "channel 'training' holds no rows"),
    ("kind,size\n", {}, "channel 'training' holds no rows"),
    ("a,1\nb,2\nc,3\n", TWO, "tells two labels apart, but there are 3; choose one for several labels"),
    ("1,1\n2.5,2\n", {}, "objective = 'auto' tells labels apart, but 2.5 is a number: choose "),
    ("1,1\nx,2\n", NUMBER, "row 2: the label 'x' is no number that can be learnt"),
    ("1,1\ninf,2\n", NUMBER, "line 2: the label 'inf' is not a finite float32 number"),
    ("1,1\n-1e39,2\n", NUMBER, "row 2: the label '-1e39' is no number that can be learnt"),
    ("1,1\n-2,2\n", COUNT, f"has the label -2: {COUNT['objective']} needs 0 or more"),
    ("a,1\nb,2\n", {ROUNDS: "0"}, f"hyperparameter {ROUNDS} = '0' is refused"),
    ("a,1\nb,2\n", {"objective": "ranking"}, "hyperparameter objective = 'ranking' is refused"),
]


@pytest.mark.parametrize(("rows", "hyperparameters", "message"), BAD)
def test_data_that_nothing_can_be_learnt_from_is_refused_without_a_model(paths, rows, hyperparameters, message):
    channel(paths, rows)
    refused(paths, message, **hyperparameters)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1\nb,2\n", "rows.csv, line 1: there is no column 'feature_2', which training has; the columns are"),
        ("c,1,2\n", "channel 'validation' has the label 'c', but training has only a, b"),
    ],
)
def test_a_validation_channel_of_another_kind_is_refused(paths, rows, message):
    channel(paths, rows, "validation")
    refused(paths, message)


def test_a_checkpoint_of_another_job_is_refused(paths):
    paths.checkpoints.mkdir()
    assert train(paths, **BY_HEART | {ROUNDS: "10"}) == 0
    (paths.model / "model.onnx").unlink()
    (paths.model / "signature.json").unlink()
    channel(paths, "a,1\nb,2\n")
    refused(paths, "is of columns {'feature_1': [], 'feature_2': []}, but this job has {'feature_1': []}; give it")


def test_so_many_numbers_as_labels_are_asked_about(paths):
    many_numbers_as_labels_are_asked_about(paths)
