"""Labels: whether so many are meant, and those of another channel."""

import warnings

import numpy as np
import pytest

from byoc import notices
from byoc.channels import targets
from byoc.errors import InputError


@pytest.fixture(autouse=True)
def told(monkeypatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(notices, "_given", lines)
    return lines


@pytest.mark.parametrize("labels", [np.arange(11_602), np.arange(11_602) / 4, np.arange(11_602).astype(str)])
def test_very_many_numbers_as_labels_are_refused_unless_somebody_is_sure(labels, told):
    asked = "^11,602 different labels in 53,940 rows: is it a number?"
    with pytest.raises(
        InputError, match=rf"{asked}\? If so, set task = regression; if they are labels, write them as "
    ):
        targets.check_count(labels, 53_940, "set task = regression")
    assert told == []
    with pytest.raises(InputError, match=r"and set max_labels = 11602$"):
        targets.check_count(labels, 53_940, "set task = regression")
    targets.check_count(labels, 53_940, sure=True, most=11_602)
    assert told == ["11,602 different labels in 53,940 rows: is it a number? Each is learnt as a label of its own"]


@pytest.mark.parametrize(
    ("labels", "rows", "question"),
    [
        (np.arange(30), 60, "is it a number?"),
        (np.arange(2000), 200_000, "is it a number?"),
        (np.array([f"name {number}" for number in range(500)]), 600, "is it the right column?"),
        (np.arange(20), 20, None),
        (np.arange(200), 2000, None),
        (np.array([f"name {number}" for number in range(500)]), 1000, None),
    ],
)
def test_labels_that_are_odd_are_told_and_others_are_not(labels, rows, question, told):
    targets.check_count(labels, rows, most=2000)
    assert [question in line for line in told] == ([True] if question else [])


NAMES = np.array([f"name {number}" for number in range(3000)])


@pytest.mark.parametrize(
    ("labels", "rows", "limits", "refusal"),
    [
        (
            NAMES,
            40_000,
            {},
            r"^3,000 different .*is it the right column\? If so, set max_labels = 3000: ",
        ),
        (
            NAMES[:101],
            300,
            {"little": 0},
            r"set max_labels = 101: time and memory .* more than 100 are learnt only",
        ),
        (NAMES[:6], 60, {"most": 5}, r"set max_labels = 6: .* more than 5 are learnt only"),
        (NAMES[:30], 300, {"most": 29}, r"set max_labels = 30: .* more than 29 are learnt only"),
        (
            np.arange(2000),
            200_000,
            {},
            r"If so, learn it; if they are labels, set max_labels = 2000: ",
        ),
        (np.arange(2000), 200_000, {"sure": True}, r"is it a number\? If so, set max_labels = 2000: "),
        (NAMES, 40_000, {"most": 3000}, None),
        (NAMES[:100], 10_000_000, {}, None),
        (NAMES[:1000], 5000, {}, None),
    ],
)
def test_more_labels_than_are_cheap_are_refused_with_the_number_to_set(labels, rows, limits, refusal):
    if refusal is None:
        targets.check_count(labels, rows, "learn it", **limits)
        return
    with pytest.raises(InputError, match=refusal):
        targets.check_count(labels, rows, "learn it", **limits)


def test_what_is_odd_is_told_with_the_way_out_and_not_by_scikit_learn_for_each_tree(told):
    with warnings.catch_warnings(record=True) as others:
        targets.check_count(np.arange(67), 116, "choose objective = regression")
        warnings.warn(
            "The number of unique classes is greater than 50% of the number of samples. `y` could", stacklevel=1
        )
    assert told[0].endswith("Each is learnt as a label of its own; if it is a number, choose objective = regression")
    assert others == []


def test_numbers_of_a_regression_are_those_of_json_and_c():
    assert targets.numbers(np.array(["1e3", "-2.5"]), "training").tolist() == [1000, -2.5]
    for label in ("1_0", "１２"):
        with pytest.raises(InputError, match=rf"channel 'training', row 2: the label '{label}' is no number"):
            targets.numbers(np.array(["1", label]), "training")


def test_labels_of_another_channel_are_those_of_training_however_true_and_false_are_written():
    known = np.array(["false", "maybe", "true"])
    labels = np.array(["True", "FALSE", "maybe", "true"])
    assert targets.codes(labels, known, "validation").tolist() == [2, 0, 1, 2]
    assert targets.accuracy(labels, np.array(["true", "false", "maybe", "false"])) == 0.75
    some, others = targets.alike(labels, known)
    assert (some.tolist(), others.tolist()) == (["true", "false", "maybe", "true"], known.tolist())
    with pytest.raises(InputError, match="channel 'validation' has the label 'yes', but training has only false, may"):
        targets.codes(np.array(["yes"]), known, "validation")
