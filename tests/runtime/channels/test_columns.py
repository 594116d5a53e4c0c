"""What the columns of the training data become in the signature, and how other channels are brought into line."""

import numpy as np
import pytest

from byoc.channels import columns
from byoc.errors import InputError
from byoc.signature import Feature

NAN = float("nan")


def records(width: list[float], colour: list[str]) -> np.ndarray:
    rows = np.empty(len(width), [("width", np.float32), ("colour", object)])
    rows["width"], rows["colour"] = width, colour
    return rows


def test_records_have_the_first_values_as_examples_and_their_categories_in_order():
    assert columns.of_records(records([NAN, 39.1, 2], ["", "red", "blue"])) == (
        Feature("width", "float32", 39.1, missing=True),
        Feature("colour", "str", "red", missing=True, categories=("blue", "red")),
    )


@pytest.mark.parametrize(("width", "colour", "name"), [([NAN], ["red"], "width"), ([1], [""], "colour")])
def test_a_column_without_a_value_is_refused_by_its_name(width, colour, name):
    with pytest.raises(InputError, match=f"^column '{name}' holds no value in any row; leave it out$"):
        columns.of_records(records(width, colour))


def test_the_columns_of_another_channel_come_in_the_order_of_those_trained_on():
    trained = records([1, 2], ["red", "blue"])
    turned = trained[["colour", "width"]]
    assert columns.as_trained(turned, trained, "validation").tolist() == trained.tolist()


def test_another_channel_with_other_columns_is_refused():
    trained = records([1], ["red"])
    message = "^channel 'validation' has the columns width, but training has width, colour$"
    with pytest.raises(InputError, match=message):
        columns.as_trained(trained[["width"]], trained, "validation")


def test_the_place_of_what_is_missing_or_was_never_seen_is_none():
    values = np.array(["red", "", "green", "blue"], dtype=object)
    assert columns.places(values, ["blue", "red"]).tolist() == [1, -1, -1, 0]


def test_the_matrix_holds_places_of_categories_and_nothing_for_what_is_missing_or_was_never_seen():
    features = columns.of_records(records([1, 2], ["red", "blue"]))
    matrix = columns.as_matrix(records([NAN, 7, 8], ["red", "", "green"]), features)
    assert matrix.dtype == np.float32
    assert np.array_equal(matrix, [[NAN, 1], [7, NAN], [8, NAN]], equal_nan=True)


def test_an_example_of_numbers_is_as_it_was_written():
    features = np.array([[5.1, 0.1, -3e-38]]).astype(np.float32)
    assert [feature.example for feature in columns.of_numbers(["a", "b", "c"], features)] == [5.1, 0.1, -3e-38]
