"""What no network can learn from, whatever its framework, is refused in one line."""

import pytest

from algorithm_jobs import channel, refused
from equal_values import many_numbers_as_labels_are_asked_about

BAD = [
    ("a,1\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
    ("a,1\n,2\n", {}, "line 2, column 1: the label is missing"),
    ("l,x\na,1\nb,two\n", {}, "line 3, column 2 (x): 'two' is not a number; if the column holds text, set the hyper"),
    ("a,1\nb,1,2\n", {}, "line 2: 2 features, but there are 1"),
    ("a,1,\nb,2,\n", {}, "column 'feature_2' holds no value in any row; leave it out"),
    ("", {}, "channel 'training' holds no rows"),
    ("1,1\nx,2\n", {"task": "regression"}, "row 2: the label 'x' is no number that can be learnt"),
    ("1,1\n-1e39,2\n", {"task": "regression"}, "row 2: the label '-1e39' is no number that can be learnt"),
    ("a,1\nb,2\n", {"categories": '["x"]'}, "there is no column 'x' among feature_1"),
    ("a,1\nb,2\n", {"epochs": "0"}, "hyperparameter epochs = '0' is refused"),
    (
        "1,1\n2.5,2\n",
        {},
        "hyperparameter task = 'auto' tells labels apart, but 2.5 is a number: choose regression to learn",
    ),
    ("a,1\nb,2\n", {"task": "ranking"}, "hyperparameter task = 'ranking' is refused"),
]


@pytest.mark.parametrize(("rows", "hyperparameters", "message"), BAD)
def test_data_that_nothing_can_be_learnt_from_is_refused_without_a_model(paths, rows, hyperparameters, message):
    channel(paths, rows)
    refused(paths, message, **hyperparameters)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1,2\n", "rows.csv, line 1: column 'feature_2' is none of those that training has: feature_1"),
        ("c,1\n", "channel 'validation' has the label 'c', but training has only a, b"),
    ],
)
def test_a_validation_channel_of_another_kind_is_refused(paths, rows, message):
    channel(paths, "a,1\nb,2\n")
    channel(paths, rows, "validation")
    refused(paths, message)


def test_so_many_numbers_as_labels_are_asked_about(paths):
    many_numbers_as_labels_are_asked_about(paths)
