"""What reports tell of data, classifiers and regressions, against figures worked out by hand."""

import numpy as np
import pytest

from byoc.reports import classification, data_tables, regression


def test_labels_are_counted_and_quantities_spread():
    labels, *_ = data_tables.about("training", np.array(["b", "a", "b"]), {})
    assert labels.rows == [("a", 1), ("b", 2), ("all", 3)]
    quantities, *_ = data_tables.about("training", np.array([1.0, 2.0, 9.0]), {})
    assert quantities.rows == [("all", 3, "1", "2", "9")]
    prices, *_ = data_tables.about("training", np.array([326.0, 2401.0, 18823.0]), {})
    assert prices.rows == [("all", 3, "326", "2401", "18,823")]


def test_of_very_many_labels_the_most_frequent_are_told():
    labels = np.append(np.arange(1000), [999, 999])
    told, *_ = data_tables.about("training", labels, {})
    assert told.rows[0] == (999, 3)
    assert len(told.rows) == data_tables.MOST_LABELS + 1
    assert told.note == "the 50 most frequent of 1,000 labels"


def test_columns_are_told_by_kind_with_what_is_missing():
    columns = {
        "n": np.array([1, np.nan, 3], np.float32),
        "nothing": np.full(3, np.nan),
        "t": np.array(["x", "", "x"], object),
        "many": np.array([f"v{number:02}" for number in range(12)], object),
    }
    _, numbers, texts = data_tables.about("training", np.array([0, 1, 1]), columns)
    assert numbers.rows == [("n", 1, "1", "2", "3"), ("nothing", 3, "nan", "nan", "nan")]
    assert texts.rows[0] == ("t", 1, "x")
    assert texts.rows[1][2].endswith("v09, … (12 in all)")


def test_roc_area_is_the_share_of_pairs_in_the_right_order():
    random = np.random.default_rng(0)
    positive, scores = random.random(200) < 0.4, np.round(random.random(200), 1)  # many scores are the same
    pairs = scores[positive][:, None] - scores[~positive]
    expected = np.mean((pairs > 0) + 0.5 * (pairs == 0))
    assert classification.area(*classification.roc(positive, scores)) == pytest.approx(expected)


def test_calibration_sets_scores_against_what_is_right():
    scores = np.array([0.95, 1.0, 0.55, 0.5])
    assert classification.calibration(np.array([True, True, True, False]), scores) == ([0.525, 0.975], [0.5, 1.0])


def test_a_classifier_is_judged_by_label():
    known = np.array(["a", "b", "c"])
    actual = np.array(["a", "a", "b", "strange"])  # a validation channel may hold what training did not
    scores = np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3], [0.2, 0.2, 0.6]])
    parts = classification.judged("validation", known, actual, scores)
    assert [part.name for part in parts if hasattr(part, "svg")] == ["confusion_matrix", "roc", "calibration"]
    assert parts[1].rows == [
        ("a", 2, "1.000", "0.500", "0.875"),
        ("b", 1, "0.500", "1.000", "1.000"),
        ("c", 0, "0.000", "–", "–"),
    ]


def test_where_all_rows_have_one_label_there_is_no_roc():
    parts = classification.judged("v", np.array([0, 1]), np.array([1, 1]), np.array([[0.1, 0.9], [0.2, 0.8]]))
    assert "roc" not in [getattr(part, "name", "") for part in parts]


def test_a_regression_is_judged_by_its_residuals():
    actual = np.array([1.0, 2.0, 3.0, 4.0])
    _, _, table = regression.judged("v", actual, actual + np.array([0, 0, 1, -1]))
    told = dict(table.rows)
    assert told["R²"] == "0.6000"
    assert told["root of the mean square"] == "0.7071"
    assert told["mean"] == "0"
    assert told["largest"] == "1"
    assert dict(regression.judged("v", np.ones(2), np.ones(2))[2].rows)["R²"] == "–"


def test_labels_of_another_type_are_judged_as_texts():
    actual = np.array(["1", "2", "x"])  # of a channel in which not all are numbers
    _, by_label, *_ = classification.judged("validation", np.array([1, 2]), actual, np.eye(3, 2))
    assert [row[:4] for row in by_label.rows] == [("1", 1, "0.500", "1.000"), ("2", 1, "1.000", "1.000")]


def test_of_many_labels_those_that_are_confused_most_are_told_and_no_row_is_lost():
    known = np.array([f"l{number:03}" for number in range(200)])
    actual = np.repeat(np.arange(200), 3)
    predicted = actual.copy()
    predicted[[0, 1, 3]] = [150, 150, 199]  # two rows of l000 and one of l001
    matrix, by_label, *_ = classification.judged("v", known, known[actual], np.eye(200)[predicted])
    names, counts = classification.confusion(["l000", "l150"], np.array([0, 150]), actual, predicted)
    assert names == ["l000", "l150", "all others"]
    assert counts.tolist() == [[1, 2, 0], [0, 3, 0], [0, 0, 594]]
    assert counts.sum() == len(actual)
    assert matrix.note == by_label.note == "the 30 labels that are confused most of 200"
    assert {"l000", "l001", "l150", "l199"} < {row[0] for row in by_label.rows}
    assert len(by_label.rows) == classification.MOST_LABELS
    assert by_label.rows[0] == ("l000", 3, "1.000", "0.333", by_label.rows[0][4])


def test_of_very_many_rows_some_are_judged_and_that_is_told(monkeypatch):
    monkeypatch.setattr(classification, "MOST_ROWS", 100)
    actual = np.arange(1000) % 2
    matrix, by_label, *_ = classification.judged("v", np.array([0, 1]), actual, np.eye(2)[actual])
    assert matrix.note == "100 of 1,000 rows, chosen evenly"
    assert sum(row[1] for row in by_label.rows) == 100
