"""Models in the shapes that exporters leave are served as they are, whatever they take and give."""

import numpy as np
import onnx
import onnx.parser
import pytest
from bringing import answer, bring, model

LARGER = "{ p = Softmax <axis = 1> (x) }"
ZIPPED = """
    (float[n, 2] label) => (string[n] output_label, seq(map(string, float)) output_probability)
    <string[2] probabilities = {"no", "yes"}>
    {
        scores = Softmax <axis = 1> (label)
        place = ArgMax <axis = 1, keepdims = 0> (scores)
        output_label = Gather (probabilities, place)
        output_probability = ai.onnx.ml.ZipMap <classlabels_strings = ["no", "yes"]> (scores)
    }
"""
# What is taken, and how `both` (n, 2), float, comes of it.
TAKEN = {
    "float": ("float[n, 2] x", "both = Identity (x)"),
    "double": ("double[n, 2] x", "both = Cast <to = 1> (x)"),
    "float16": ("float16[n, 2] x", "both = Cast <to = 1> (x)"),
    "int64": ("int64[n, 2] x", "both = Cast <to = 1> (x)"),
    "one row": ("float[1, 2] x", "both = Identity (x)"),
    "no batch size": ("float[?, 2] x", "both = Identity (x)"),
    "a picture": ("float[n, 1, 2, 1] x", "both = Flatten (x)"),
    "columns": ("float[n, 1] x, float[n, 1] y", "both = Concat <axis = 1> (x, y)"),
    "columns of several kinds": (
        "int64[n, 1] x, double[n, 1] y",
        "f = Cast <to = 1> (x) g = Cast <to = 1> (y) both = Concat <axis = 1> (f, g)",
    ),
    "vectors": (
        "float[n] x, float[n] y",
        "i = Constant <value_ints = [1]> () f = Unsqueeze (x, i) g = Unsqueeze (y, i) both = Concat <axis = 1> (f, g)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN)
def test_numbers_may_come_in_any_shape_and_type(paths, kind):
    taken, becomes = TAKEN[kind]
    rows = "1" if kind == "one row" else "n"
    # An exporter to a fixed size tells the shape of all that is in between, and others may ask for it.
    asked = "shape = Shape (both) kept = Reshape (both, shape) p = Softmax <axis = 1> (kept)"
    text = f"<float[{rows}, 2] both> {{ {becomes} {asked} }}"
    served = bring(paths, f"({taken}) => (float[{rows}, 2] p) {text}")
    assert answer(served, [[1, 3], [2, 0], [5, 4]]) == [1, 0, 0]
    assert served.signature.labels == (0, 1)
    names = ["x", "y"] if "y" in taken else ["feature_1", "feature_2"]
    assert [feature.name for feature in served.signature.features] == names
    onnx.checker.check_model(paths.model / "model.onnx", full_check=True)


def test_the_order_of_columns_in_several_inputs_is_kept(paths):
    served = bring(
        paths, "(float[n, 2] x, float[n, 1] y) => (float[n, 3] p) { all = Concat <axis = 1> (x, y) p = Softmax (all) }"
    )
    assert [feature.name for feature in served.signature.features] == ["x_1", "x_2", "y"]
    assert answer(served, [[9, 0, 0], [0, 9, 0], [0, 0, 9]]) == [0, 1, 2]


TEXTS = """
    (string[n, 1] colour, int64[n, 1] age) => (string[n] label, float[n, 2] p)
    <string[2] names = {"old", "young"}>
    {
        red = ai.onnx.ml.OneHotEncoder <cats_strings = ["red", "blue"]> (colour)
        flat = Flatten (red)
        years = Cast <to = 1> (age)
        ones = Mul (flat, years)
        p = Softmax <axis = 1> (ones)
        place = ArgMax <axis = 1, keepdims = 0> (p)
        found = ai.onnx.ml.ArrayFeatureExtractor (names, place)
        flat_shape = Constant <value_ints = [-1]> ()
        label = Reshape (found, flat_shape)
    }
"""


def test_texts_and_numbers_have_a_column_each(paths):
    served = bring(paths, TEXTS, "l,age,colour\nold,3,red\nyoung,4,blue\n")
    assert served.signature.labels == ("old", "young")
    colour, age = served.signature.features
    assert (colour.name, colour.dtype, colour.categories) == ("colour", "str", ("blue", "red"))
    assert (age.name, age.dtype, age.example) == ("age", "float32", 3.0)
    assert answer(served, [{"age": 2, "colour": "blue"}, {"age": 2, "colour": "red"}]) == ["young", "old"]


def test_a_tensor_of_texts_becomes_columns(paths):
    served = bring(
        paths,
        """
        (string[n, 2] x) => (int64[n] y)
        {
            places = ai.onnx.ml.LabelEncoder <keys_strings = ["a", "b"], values_int64s = [1, 2], default_int64 = 0> (x)
            y = ReduceMax <axes = [1], keepdims = 0> (places)
        }
    """,
    )
    assert [feature.dtype for feature in served.signature.features] == ["str", "str"]
    assert answer(served, [["a", "?"], ["b", "a"], ["?", "?"]]) == [1, 2, 0]


def test_values_may_be_missing_where_the_model_knows_what_to_do(paths):
    served = bring(
        paths,
        """
        (float[n, 2] x) => (float[n, 1] y) <float[1, 2] instead = {7.0, 8.0}>
        { absent = IsNaN (x) there = Where (absent, instead, x) y = ReduceMax <axes = [1]> (there) }
        """,
        "7,,2\n",
        missing=True,
    )
    assert answer(served, [[1, None], [None, 9], [1, 2], [None, None]]) == [8, 9, 2, 8]
    assert served.signature.features[0].example == 0


def test_maps_and_names_that_are_also_ours_are_no_hindrance(paths):
    served = bring(paths, ZIPPED)
    assert answer(served, [[1, 2], [2, 1]]) == ["yes", "no"]
    first, second = answer(served, [[0, 0], [0, 50]], "probabilities")
    assert np.allclose([first, second], [[0.5, 0.5], [0, 1]])


GIVEN = {
    "scores": ("(float[n, 3] x) => (float[n, 3] p) { p = Softmax <axis = 1> (x) }", {}, [2, 0]),
    "double": ("(double[n, 3] x) => (double[n, 3] p) { p = Softmax <axis = 1> (x) }", {}, [2, 0]),
    "logits": ("(float[n, 3] x) => (float[n, 3] p) { p = Identity (x) }", {"scores": "logits"}, [2, 0]),
    "names": ("(float[n, 3] x) => (float[n, 3] p) { p = Softmax (x) }", {"labels": ["a", "b", "c"]}, ["c", "a"]),
    "numbers": ("(float[n, 3] x) => (float[n, 3] p) { p = Softmax (x) }", {"labels": [7, 8, 9]}, [9, 7]),
    "places": (
        "(float[n, 3] x) => (int64[n, 1] l, float[n, 3] p) { p = Softmax (x) l = ArgMax <axis = 1> (p) }",
        {"labels": ["a", "b", "c"]},
        ["c", "a"],
    ),
    "int32": (
        "(float[n, 3] x) => (int32[n] l, float[n, 3] p)"
        "{ p = Softmax (x) a = ArgMax <axis = 1, keepdims = 0> (p) l = Cast <to = 6> (a) }",
        {},
        [2, 0],
    ),
    "label alone": ("(float[n, 3] x) => (int64[n] l) { l = ArgMax <axis = 1, keepdims = 0> (x) }", {}, [2, 0]),
    "one of several": (
        "(float[n, 3] x) => (float[n, 3] h, float[n, 3] p) { h = Relu (x) p = Softmax (h) }",
        {"outputs": ["p"]},
        [2, 0],
    ),
    "a number": ("(float[n, 3] x) => (float[n, 1] y) { y = ReduceMax <axes = [1]> (x) }", {}, [5, 4]),
    "numbers in a vector": (
        "(double[n, 3] x) => (double[n] y) { y = ReduceMax <axes = [1], keepdims = 0> (x) }", {}, [5, 4],
    ),
    "one logit": (
        "(float[n, 3] x) => (float[n, 1] y) { z = ReduceMin <axes = [1]> (x) y = Neg (z) }",
        {"scores": "logits", "labels": ["no", "yes"]},
        ["yes", "no"],
    ),
    "one probability": (
        "(float[n, 3] x) => (float[n] y) { z = ReduceMin <axes = [1], keepdims = 0> (x) y = Sigmoid (z) }",
        {"scores": "probabilities"},
        [0, 1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", GIVEN)
def test_what_a_model_gives_becomes_labels_or_numbers(paths, kind):
    text, hyperparameters, expected = GIVEN[kind]
    assert answer(bring(paths, text, **hyperparameters), [[0, -3, 5], [4, 2, 1]]) == expected


@pytest.mark.parametrize(("kind", "second"), [("one logit", 0.9525741), ("one probability", 0.04742587)])
def test_one_score_is_of_the_second_label(paths, kind, second):
    text, hyperparameters, _ = GIVEN[kind]
    (row,) = answer(bring(paths, text, **hyperparameters), [[0, -3, 5]], "probabilities")
    assert np.allclose(row, [1 - second, second])


def test_logits_become_probabilities(paths):
    text, hyperparameters, _ = GIVEN["logits"]
    (row,) = answer(bring(paths, text, **hyperparameters), [[0, np.log(2), np.log(5)]], "probabilities")
    assert np.allclose(row, [0.125, 0.25, 0.625])


@pytest.mark.parametrize("told", ['["cat", "dog"]', "cat, dog"])
def test_the_metadata_may_tell_labels_and_columns(paths, told):
    brought = onnx.load_from_string(model("(float[n, m] x) => (float[n, m] p) { p = Softmax <axis = 1> (x) }"))
    for name, value in (("classes", told), ("feature_names", '["width", "height"]')):
        brought.metadata_props.add(key=name, value=value)
    assert answer(bring(paths, brought.SerializeToString()), [{"height": 2, "width": 1}]) == ["dog"]


def test_rows_that_are_held_out_are_scored_and_give_the_examples(paths, capsys):
    served = bring(paths, GIVEN["a number"][0], "5,5,2,3\n1,2.5,0,0\n")
    assert "validation:rmse=1.060660\n" in capsys.readouterr().out
    assert [feature.example for feature in served.signature.features] == [5, 2, 3]


def test_a_model_without_weights_to_shrink_is_served_as_it_is(paths, capsys):
    bring(paths, GIVEN["scores"][0], "2,0,0,1\n0,1,0,0\n", quantize="int8")
    assert "int8 makes this model no smaller, so it is served as it is\n" in capsys.readouterr().out


def test_a_model_of_classical_operators_alone_is_taken(paths):
    text = """
        (double[n, 2] x) => (string[n] l, float[n, 2] p)
        {
            l, p = ai.onnx.ml.LinearClassifier <
                classlabels_strings = ["no", "yes"], post_transform = "SOFTMAX",
                coefficients = [1.0, 0.0, 0.0, 1.0], intercepts = [0.0, 0.0]
            > (x)
        }
    """
    brought = model(text, '<ir_version: 10, opset_import: ["ai.onnx.ml": 3]>')
    served = bring(paths, brought, "yes,1,2\n", quantize="int8")
    assert answer(served, [[1, 2], [2, 1]]) == ["yes", "no"]


@pytest.mark.parametrize("validation", ["", "l,grade\n1,1.0\n0,2\n1,1\n0,NA\n"], ids=["alone", "with validation"])
def test_a_category_is_looked_up_as_the_model_spells_it(paths, capsys, validation):
    text = """(string[n, 1] grade) => (int64[n, 1] l) {
        l = ai.onnx.ml.LabelEncoder <
            keys_strings = ["1.0", "2", "NA"], values_int64s = [1, 0, 0], default_int64 = 7
        > (grade)
    }"""
    served = bring(paths, text, validation, feature_names='["grade"]')
    assert answer(served, [["1.0"], ["2"], ["NA"], ["3"]]) == [1, 0, 0, 7]
    if validation:
        assert answer(served, [["1"], ["2.0"], [1], [2.0]]) == [1, 0, 1, 0]
        assert "validation:accuracy=1.0" in capsys.readouterr().out
