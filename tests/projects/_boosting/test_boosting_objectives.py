"""What boosted trees are told to learn, and what their answers score."""

import numpy as np
import pytest

from byoc.boosting.objectives import AUTO, Kind, Objective, chosen, known_labels, learnt, of_each_label, scores
from byoc.errors import InputError

TWO, SEVERAL = Objective("two", Kind.TWO_LABELS, "loss"), Objective("several", Kind.LABELS, "loss")
NUMBER, COUNT = Objective("number", Kind.NUMBER, "loss"), Objective("count", Kind.COUNT, "loss")


@pytest.mark.parametrize(
    ("name", "labels", "expected"),
    [
        (AUTO, ["b", "a", "b"], TWO),
        (AUTO, [9, -1], TWO),
        (AUTO, ["a", "b", "c"], SEVERAL),
        (AUTO, [1, 2, 3], SEVERAL),
        (AUTO, ["1.0", "007", "3"], SEVERAL),
        (AUTO, ["1.5", "x", "2"], SEVERAL),
        ("several", ["a", "b"], SEVERAL),
        ("two", ["a", "b", "c"], TWO),
        ("number", [1, 2], NUMBER),
    ],
)
def test_the_objective_is_the_one_that_is_named_or_else_of_so_many_labels(name, labels, expected):
    assert chosen([NUMBER, COUNT, SEVERAL, TWO], name, np.array(labels)) is expected


def test_quantities_are_not_taken_for_labels():
    with pytest.raises(
        InputError, match=r"but 2\.5 is a number: choose number or count to learn numbers, or two or several if"
    ):
        chosen([TWO, SEVERAL, NUMBER, COUNT], AUTO, np.array(["1", "2.5", "13"]))


@pytest.mark.parametrize("objective", [TWO, SEVERAL])
@pytest.mark.parametrize(("labels", "known"), [(["b", "a", "b"], ["a", "b"]), ([10, -9, 10], [-9, 10])])
def test_labels_become_their_places(objective, labels, known):
    labels = np.array(labels)
    found = known_labels(objective, labels)
    assert found.tolist() == known
    assert learnt(objective, labels, found, "training").tolist() == [1, 0, 1]


@pytest.mark.parametrize("objective", [NUMBER, COUNT])
def test_numbers_stay_what_they_are(objective):
    labels = np.array(["1.5", "2"])
    assert known_labels(objective, labels) is None
    assert learnt(objective, labels, None, "training").tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("objective", "labels", "message"),
    [
        (TWO, ["a", "b", "c"], "hyperparameter objective = 'two' tells two labels apart, but there are 3; choose one"),
        (TWO, ["a", "a"], "every row has the label 'a'"),
        (SEVERAL, ["a", "a"], "every row has the label 'a'"),
        (NUMBER, ["1", "x"], "channel 'training', row 2: the label 'x' is no number that can be learnt"),
        (COUNT, [0, 0], "channel 'training' has no other label than 0: count cannot learn of nothing"),
        (COUNT, [2, -1], "channel 'training' has the label -1: count needs 0 or more"),
    ],
)
def test_labels_that_do_not_suit_the_objective_are_refused(objective, labels, message):
    labels = np.array(labels)
    with pytest.raises(InputError, match=message):
        learnt(objective, labels, known_labels(objective, labels), "training")


def test_scores():
    of_second = np.array([0.2, 0.7, 0.9])
    assert of_each_label(of_second).tolist() == [[0.8, 0.2], [pytest.approx(0.3), 0.7], [pytest.approx(0.1), 0.9]]
    assert scores(Kind.TWO_LABELS, np.array([0, 1, 0]), of_second) == {"accuracy": pytest.approx(2 / 3)}
    several = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]])
    assert scores(Kind.LABELS, np.array([1, 2]), several) == {"accuracy": 0.5}
    assert scores(Kind.COUNT, np.array([1.0, 2.0]), np.array([4.0, -2.0])) == {"rmse": 12.5**0.5, "mae": 3.5}
