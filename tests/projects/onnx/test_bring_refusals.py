"""What cannot be served is refused in one line, with the reason and the way out, and leaves no model."""

import json

import onnx
import pytest
from bringing import answer, bring, model

SOFTMAX = "(float[n, 2] x) => (float[n, 2] p) { p = Softmax <axis = 1> (x) }"


def with_opset(version: int) -> bytes:
    return model(SOFTMAX, f'<ir_version: 10, opset_import: ["": {version}]>')


@pytest.mark.parametrize(
    ("brought", "hyperparameters", "reason"),
    [
        (b"", {}, "model.onnx is empty: copy it again"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", {}, "model.onnx is a Git LFS pointer, not"),
        (b"<!DOCTYPE html><html></html>", {}, "model.onnx is a page of HTML or XML, not the model: "),
        (b"not a model", {}, "model.onnx is no whole ONNX model: "),
        (model(SOFTMAX)[:-9], {}, "model.onnx is no whole ONNX model: "),
        (with_opset(6), {}, "is of opset 6, but here only 7 to 28 are run: export it with another, or convert"),
        (with_opset(99), {}, "is of opset 99, but here only 7 to 28 are run: export it with another, or convert"),
        (
            model("(float[n, 2] x) => (float[n, 2] y) { y = m.Own (x) }", '<ir_version: 10, opset_import: ["m": 1]>'),
            {},
            "ONNX Runtime cannot load model.onnx: export it so that it loads there",
        ),
        ("() => (float[1] y) { y = Constant <value_floats = [1.0]> () }", {}, "the model has no input"),
        ("(complex64[n, 2] x) => (complex64[n, 2] y) { y = Identity (x) }", {}, "ONNX Runtime cannot load"),
        ("(uint8[n, 2] x) => (uint8[n, 2] y) { y = Identity (x) }", {}, "input 'x' is no tensor of float, double,"),
        ("(float x) => (float y) { y = Identity (x) }", {}, "input 'x' has no dimension of rows"),
        (
            "(float[n, m] x) => (float[n, m] p) { p = Softmax <axis = 1> (x) }",
            {},
            "input 'x' does not say how many columns it takes: name them in the hyperparameter feature_names",
        ),
        (
            "(string[n, m] x) => (int64[n, m] y)"
            '{ y = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_int64s = [1]> (x) }',
            {},
            "input 'x' does not say how many columns it takes",
        ),
        (SOFTMAX, {"feature_names": ["a"]}, "hyperparameter feature_names = ['a']: the model takes 2 columns"),
        (SOFTMAX, {"feature_names": ["a", "a"]}, "each of its own name"),
        (SOFTMAX, {"labels": ["a"]}, "hyperparameter labels = ['a']: 1 labels, but the scores are of 2"),
        (SOFTMAX, {"outputs": ["q"]}, "hyperparameter outputs = ['q']: there is no 'q', only p"),
        (SOFTMAX, {"scores": "number"}, "output 'p' gives 2 values a row"),
        (SOFTMAX, {"quantize": "int8"}, "hyperparameter quantize = 'int8' needs the channel validation"),
        (
            "(float[n, 2] x) => (float[n, 2] y) { y = Identity (x) }",
            {},
            "output 'y' gives 2 values a row, which do not add up to 1: if these are probabilities or logits, say so",
        ),
        (
            "(float[n, 2] x) => (float[n, 2] p, float[n, 2] y) { p = Softmax (x) y = Identity (x) }",
            {},
            "which output is to be served? Name one of p, y in the hyperparameter outputs",
        ),
        (
            "(float[n, 2] x) => (float[n, 1, 2] y) { a = Constant <value_ints = [1]> () y = Unsqueeze (x, a) }",
            {},
            "output 'y' has the shape (8, 1, 2) for 8 rows, not values for each",
        ),
        (
            "(float[n, 2] x) => (float[2] y) { y = ReduceMean <axes = [0], keepdims = 0> (x) }",
            {},
            "the model does not answer 8 rows at once as it does 1 at a time: export it with a dynamic first dimension",
        ),
        (
            "(float[1, 2] x) => (float[1, 2] p)"
            "{ s = Constant <value_ints = [1, 2]> () y = Reshape (x, s) p = Softmax (y) }",
            {},
            "the model does not answer 8 rows at once as it does 1 at a time: export it with a dynamic first dimension",
        ),
        (
            '(float[n, 2] x) => (string[n] l, float[n, 2] p) <string[2] names = {"a", "b"}>'
            "{ p = Softmax (x) i = ArgMax <axis = 1, keepdims = 0> (p) l = Gather (names, i) }",
            {},
            "which is none of [0, 1]: give all, in the order of the scores, by the hyperparameter labels",
        ),
        (
            "(float[n, 2] x) => (seq(float[n, 2]) s) { s = SequenceConstruct (x) }",
            {},
            "output 's' is no tensor, and not by ZipMap: export the model without it",
        ),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_served_is_refused(paths, brought, hyperparameters, reason):
    refused = bring(paths, brought, **{name: json.dumps(value) for name, value in hyperparameters.items()})
    assert isinstance(refused, str)
    assert reason in refused
    assert len(refused) < 1024


@pytest.mark.parametrize(
    ("validation", "reason"),
    [
        ("0,1\n", "channel 'validation' has 1 features, but the model takes 2"),
        ("0,1,x\n", "column 3: 'x' is not a number"),
        ("\n", "channel 'validation' holds no rows"),
    ],
)
def test_rows_that_do_not_fit_the_model_are_refused(paths, validation, reason):
    assert reason in bring(paths, SOFTMAX, validation)


def test_a_row_for_which_the_model_has_no_number_is_named(paths):
    refused = bring(paths, "(float[n, 1] x) => (float[n, 1] y) { y = Sqrt (x) }", "2,4\n3,-9\n")
    assert refused == "channel 'validation', row 2: the model gives nan; mend the row, or the model"


def test_a_model_larger_than_a_file_may_be_is_refused(paths, monkeypatch):
    monkeypatch.setattr("byoc.onnx_import.source_model.LARGEST", 10)
    assert "is larger than 2 GB, which one file of ONNX cannot hold" in bring(paths, SOFTMAX)


def test_old_files_that_list_weights_among_the_inputs_are_taken(paths):
    text = "(float[n, 2] x) => (float[n, 2] p) <float[2] w = {1.0, 9.0}> { y = Mul (x, w) p = Softmax (y) }"
    brought = onnx.load_from_string(model(text, '<ir_version: 3, opset_import: ["": 8]>'))
    brought.graph.input.append(onnx.helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT, [2]))
    assert answer(bring(paths, brought.SerializeToString()), [[2, 1], [9, 0.5]]) == [1, 0]
    onnx.checker.check_model(paths.model / "model.onnx", full_check=True)
