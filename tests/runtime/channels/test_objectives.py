"""What is learnt of labels: to tell them apart, or numbers. Numbers are never taken for labels."""

import numpy as np
import pytest

from byoc.channels import objectives
from byoc.errors import InputError

SUITED = {"classification": ("gini",), "regression": ("squared_error", "poisson")}


@pytest.mark.parametrize("labels", [[3, -1, 2], ["a", "b"], ["1.0", "2.0"], ["1.5", "x"], ["inf", "1"], ["007", "1"]])
@pytest.mark.parametrize("objective", [objectives.AUTO, objectives.CLASSIFICATION])
def test_labels_are_told_apart_as_they_are(objective, labels):
    labels = np.array(labels)
    assert objectives.learnt(objective, labels, "training") is labels
    assert objectives.as_learnt(np.array(["0.5", "z"]), labels, "validation").tolist() == ["0.5", "z"]


@pytest.mark.parametrize(
    "labels", [["1", "2.5", "13"], ["1e-3", "7"], ["0.5", "0.5"], ["1.5", "2.5", "NA"], ["1.5", "2.5", "nan", "3"]]
)
def test_numbers_are_not_taken_for_labels(labels):
    """Nor are many numbers because a few are missing."""
    fraction = next(label for label in labels if float(label) % 1)
    expected = (
        f"^hyperparameter objective = 'auto' tells labels apart, but {fraction} is a number: choose regression to"
    )
    with pytest.raises(InputError, match=expected):
        objectives.learnt(objectives.AUTO, np.array(labels), "training")


def test_fractions_are_labels_if_that_is_what_they_are_said_to_be():
    labels = np.array(["0.5", "1.5"])
    assert objectives.learnt(objectives.CLASSIFICATION, labels, "training") is labels


@pytest.mark.parametrize("labels", [[3, -1], ["3", "-1.0"]])
def test_numbers_are_learnt_as_float64(labels):
    found = objectives.learnt(objectives.REGRESSION, np.array(labels), "training")
    assert (found.dtype, found.tolist()) == (np.float64, [3, -1])
    assert objectives.as_learnt(np.array(["2.5"]), found, "validation").tolist() == [2.5]
    with pytest.raises(InputError, match="channel 'validation', row 1: the label 'x' is no number"):
        objectives.as_learnt(np.array(["x"]), found, "validation")


def test_a_single_label_cannot_be_told_apart_but_a_single_number_is_learnt():
    with pytest.raises(InputError, match="every row has the label '1'"):
        objectives.learnt(objectives.AUTO, np.array([1, 1]), "training")
    assert objectives.learnt(objectives.REGRESSION, np.array([1, 1]), "training").tolist() == [1, 1]


def test_what_is_no_count_is_refused():
    with pytest.raises(InputError, match=r"^channel 'training' has the label -0\.5: poisson needs 0 or more"):
        objectives.refuse_counts(np.array([1, -0.5]), "training", "poisson")
    with pytest.raises(InputError, match="no other label than 0: poisson cannot learn of nothing"):
        objectives.refuse_counts(np.zeros(2), "training", "poisson")
    objectives.refuse_counts(np.array([0, 0.5]), "training", "poisson")


@pytest.mark.parametrize(
    ("objective", "value", "refused"),
    [
        ("auto", "gini", False),
        ("auto", "poisson", True),
        ("classification", "squared_error", True),
        ("regression", "gini", True),
        ("regression", "poisson", False),
        ("regression", None, False),
    ],
)
def test_a_value_that_suits_another_objective_is_refused_with_those_that_go(objective, value, refused):
    if not refused:
        objectives.refuse_others("criterion", value, objective, SUITED)
        return
    expected = "squared_error, poisson" if objective == "regression" else "gini"
    message = f"hyperparameter criterion = '{value}' does not go with objective = '{objective}', which takes {expected}"
    with pytest.raises(InputError, match=f"^{message}$"):
        objectives.refuse_others("criterion", value, objective, SUITED)


def test_scores():
    assert objectives.scores(np.array(["a", "b"]), np.array(["a", "c"])) == {"accuracy": 0.5}
    found = objectives.scores(np.array([1.0, 2.0, 6.0]), np.array([1.0, 4.0, 6.0], np.float32))
    assert found == {
        "rmse": pytest.approx((4 / 3) ** 0.5),
        "mae": pytest.approx(2 / 3),
        "r2": pytest.approx(1 - 4 / 14),
    }
    assert objectives.scores(np.array([2.0, 2.0]), np.array([2.0, 2.0]))["r2"] == 1
    assert objectives.scores(np.array([2.0, 2.0]), np.array([2.0, 3.0]))["r2"] == 0
