"""Rows of numbers and categories as networks take them, in numpy and in the ONNX around a network: exactly the same."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tabular_rows import hard_rows, rows_of

from byoc.channels import columns
from byoc.errors import InputError
from byoc.hosts.collectives import Collectives
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import Signature
from byoc.tabular import training_report
from byoc.tabular.dataset import Data, Rows
from byoc.tabular.encoding import Encoding, Target
from byoc.tabular.onnx_export import complete
from byoc.tabular.training_report import importance


def served(folder, rows: np.ndarray, encoding: Encoding, target: Target, weights: np.ndarray) -> OnnxModel:
    """A model whose network multiplies the matrix (rows, width) by the weights (width, outputs)."""
    product = helper.make_node("MatMul", ["matrix", "weights"], ["product"])
    taken = helper.make_tensor_value_info("matrix", TensorProto.FLOAT, (None, len(weights)))
    given = helper.make_tensor_value_info("product", TensorProto.FLOAT, (None, weights.shape[1]))
    constants = [onnx.numpy_helper.from_array(weights.astype(np.float32), "weights")]
    graph = helper.make_graph([product], "network", [taken], [given], constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    signature = Signature(columns.of_records(rows), target.labels)
    (folder / "model.onnx").write_bytes(complete(network, encoding, target))
    (folder / "signature.json").write_bytes(signature.to_json())
    return OnnxModel(folder)


def served_column(folder, rows: np.ndarray, encoding: Encoding, column: int) -> OnnxModel:
    """A model that gives one column of the matrix."""
    width = encoding.encode(rows[:1]).shape[1]
    return served(folder, rows, encoding, Target(), np.eye(width)[:, [column]])


@pytest.mark.parametrize("rows", [rows_of(10_000, 3, False), rows_of(10_000, 3, True), hard_rows()])
def test_the_onnx_takes_each_column_as_numpy_does(tmp_path, rows):
    trained = rows_of(600, seed=1, unseen=False)
    encoding = Encoding.learn(trained, Collectives())
    expected = encoding.encode(rows)
    assert expected.dtype == np.float32
    assert np.abs(expected).max() <= 10
    for column in range(expected.shape[1]):
        assert (served_column(tmp_path, trained, encoding, column).predict(rows) == expected[:, column]).all()


def test_the_matrix_holds_numbers_then_what_is_missing_then_codes():
    rows = np.array([(1, "b", 5), (3, "a", np.nan), (2, "", 7)], [("n", "f4"), ("t", object), ("m", "f4")])
    encoding = Encoding.learn(rows, Collectives())
    assert encoding.quantities == 3
    root = np.sqrt(1.5)
    expected = [[-root, -1, 0, 3], [root, 0, 1, 2], [0, 1, 0, 1]]
    assert encoding.encode(rows) == pytest.approx(np.array(expected))
    strange = np.array([(np.nan, "c", np.nan)], rows.dtype)
    assert encoding.encode(strange).tolist() == [[0, 0, 1, 0]]


@pytest.mark.parametrize("kind", ["f4", object])
def test_columns_of_one_kind_are_enough(tmp_path, kind):
    rows = np.array([("1",), ("2",), ("2",)], [("only", kind)])
    encoding = Encoding.learn(rows, Collectives())
    assert (served_column(tmp_path, rows, encoding, 0).predict(rows) == encoding.encode(rows)[:, 0]).all()


@pytest.mark.parametrize("labels", [np.array(["no", "ja, sí", 'per "haps"']), np.array([-7, 0, 2**40])])
def test_labels_and_their_probabilities_come_out(tmp_path, labels):
    rows = rows_of(1000, seed=1, unseen=False)
    encoding, target = Encoding.learn(rows, Collectives()), Target.of_labels(labels)
    matrix = encoding.encode(rows)
    weights = np.random.default_rng(2).normal(size=(matrix.shape[1], 3)).astype(np.float32)
    answer = served(tmp_path, rows, encoding, target, weights).predict(rows)
    expected = target.answers(matrix @ weights)
    assert np.abs(answer["probabilities"] - expected).max() < 1e-5
    assert answer["predicted_label"].tolist() == [target.labels[place] for place in expected.argmax(axis=1)]


def test_numbers_come_out_as_large_as_they_were(tmp_path):
    rows = rows_of(1000, seed=1, unseen=False)
    encoding, target = Encoding.learn(rows, Collectives()), Target.of_numbers(np.arange(1000.0, 2000), Collectives())
    matrix = encoding.encode(rows)
    weights = np.ones((matrix.shape[1], 1), np.float32)
    answer = served(tmp_path, rows, encoding, target, weights).predict(rows)
    assert answer == pytest.approx(target.answers(matrix @ weights), rel=1e-5)


def test_what_a_network_learns_turns_back_into_what_the_labels_were():
    labels = np.array([100.0, 300, 500])
    target = Target.of_numbers(labels, Collectives())
    learnt = target.learnt(labels, "training")
    assert learnt.mean() == pytest.approx(0)
    assert target.answers(learnt[:, None]) == pytest.approx(labels)
    off = target.answers(learnt[:, None]) + np.array([3, -3, 0])
    assert target.scores(learnt, off, Collectives()) == pytest.approx(
        {"rmse": 6**0.5, "mae": 2, "loss": 6 / labels.var()}, rel=1e-5
    )


def test_a_classifier_is_scored_by_what_it_thinks_of_the_right_label():
    target = Target.of_labels(np.array(["a", "b"]))
    learnt = target.learnt(np.array(["a", "b"]), "training")
    scores = target.scores(learnt, np.array([[0.5, 0.5], [0.75, 0.25]]), Collectives())
    assert scores == pytest.approx({"loss": np.log(8) / 2, "accuracy": 0.5})
    assert target.scores(learnt, np.array([[0.0, 1.0], [1.0, 0.0]]), Collectives())["loss"] < 1000  # not infinite


def test_labels_that_are_all_the_same_are_refused():
    with pytest.raises(InputError, match="every row has the label 'a'"):
        Target.of_labels(np.array(["a", "a"]))


def test_a_column_is_as_important_as_the_network_looks_at_it():
    numbers = np.arange(20.0)
    records = np.rec.fromarrays([numbers, numbers, numbers], [("much", "f4"), ("little", "f4"), ("not at all", "f4")])
    encoding, target = Encoding.learn(records, Collectives()), Target.of_numbers(numbers, Collectives())
    rows = Rows(numbers, records, encoding.encode(records), target.learnt(numbers, "training"))
    data = Data(Signature(columns.of_records(records)), encoding, target, rows, None)
    rises = importance(data, rows, lambda encoded: encoded @ np.array([[0.8], [0.2], [0]]))
    assert rises["much"] > rises["little"] > rises["not at all"] == 0


def test_of_very_many_columns_some_are_mixed_up_with_few_rows():
    names = [f"column {number}" for number in range(300)]
    numbers = np.random.default_rng(0).normal(size=(20_000, len(names)))
    records = np.rec.fromarrays(numbers.T, [(name, "f4") for name in names])
    encoding, target = Encoding.learn(records, Collectives()), Target.of_numbers(numbers[:, 0], Collectives())
    rows = Rows(numbers[:, 0], records, encoding.encode(records), target.learnt(numbers[:, 0], "training"))
    data = Data(Signature(columns.of_records(records)), encoding, target, rows, None)
    asked = []

    def outputs(encoded: np.ndarray) -> np.ndarray:
        asked.append(encoded.size)
        return encoded[:, :1]

    assert importance(data, rows, outputs).keys() == {*names[: training_report.MOST_COLUMNS]}
    assert len(asked) == 1 + training_report.MOST_COLUMNS
    assert max(asked) <= training_report.MOST_VALUES
