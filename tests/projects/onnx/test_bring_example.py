"""The example: a network of scikit-learn, as skl2onnx exports it, answers as it did before it was brought."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest

import algorithm
from algorithm_jobs import answers_its_payloads
from byoc.onnx_import.served import HeldOut
from byoc.serving.onnx_model import OnnxModel
from byoc.training import runner
from byoc.training.hyperparameters import parse

LABELS = ["class_0", "class_1", "class_2"]


@pytest.fixture(scope="module")
def inputs(project) -> Path:
    return project / "local_test/test_dir/input/data"


@pytest.fixture(scope="module")
def rows(inputs) -> np.ndarray:
    """10,000 rows around those held out, some of them far off, and the largest numbers."""
    known = np.loadtxt(inputs / "validation/wine.csv", delimiter=",", usecols=range(1, 14))
    random = np.random.default_rng(0)
    scale = known.std(axis=0) * random.choice([1, 10, 1e6], (10_000, 1), p=[0.8, 0.1, 0.1])
    made = (known.mean(axis=0) + random.normal(size=(10_000, 13)) * scale).astype(np.float32)
    made[:2] = np.finfo(np.float32).max * np.array([[1], [-1]])
    return made


@pytest.fixture(scope="module")
def before(inputs, rows) -> tuple[list[str], np.ndarray]:
    """The labels and probabilities of the model as it was brought."""
    session = onnxruntime.InferenceSession(inputs / "model/model.onnx", providers=["CPUExecutionProvider"])
    labels, maps = session.run(None, {"X": rows})
    return labels.tolist(), np.array([[each[label] for label in LABELS] for each in maps], np.float32)


def bring(paths, inputs, **hyperparameters) -> None:
    for channel in ("model", "validation"):
        (paths.data / channel).symlink_to(inputs / channel)
    (paths.config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    assert runner.run(lambda: algorithm) == 0


def test_it_is_taken_and_answers_its_payloads(trained):
    answers_its_payloads(trained, *LABELS)
    signature = OnnxModel(trained.model).signature
    assert [feature.name for feature in signature.features][:2] == ["alcohol", "malic_acid"]
    assert signature.features[0].example == 12.81
    assert signature.labels == tuple(LABELS)


def test_ten_thousand_random_rows_are_answered_exactly_as_before(trained, rows, before):
    scores = OnnxModel(trained.model).predict(rows)
    assert scores["predicted_label"].tolist() == before[0]
    assert np.array_equal(scores["probabilities"], before[1], equal_nan=True)


def test_eight_bits_are_smaller_and_lose_what_is_told(paths, inputs, rows, before, trained, capsys):
    bring(paths, inputs, quantize="int8")
    loss, accuracy = re.findall(r"^(?:int8:loss|validation:accuracy)=(\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert (float(loss), float(accuracy)) == (0, 0.966667)
    sizes = [(folder / "model.onnx").stat().st_size for folder in (paths.model, trained.model)]
    assert sizes[0] < 0.6 * sizes[1]
    assert "DynamicQuantizeMatMul" in {node.op_type for node in onnx.load(paths.model / "model.onnx").graph.node}
    near = rows[np.abs(rows).max(axis=1) < 3000]
    expected = np.array(before[0])[np.abs(rows).max(axis=1) < 3000]
    assert len(near) > 5000
    assert np.mean(OnnxModel(paths.model).predict(near)["predicted_label"] == expected) > 0.95


def test_eight_bits_that_cost_too_much_are_not_served(paths, inputs, trained, monkeypatch, capsys):
    monkeypatch.setattr("byoc.onnx_import.served.HeldOut.loss", lambda *_: 0.02)
    bring(paths, inputs, quantize="int8")
    assert "int8 costs more than max_loss = 0.01, so the model is served as it is\n" in capsys.readouterr().out
    assert (paths.model / "model.onnx").read_bytes() == (trained.model / "model.onnx").read_bytes()


@pytest.mark.parametrize(
    ("labels", "before", "after", "loss"),
    [
        (["a", "b", "a", "a"], ["a", "b", "a", "a"], ["a", "a", "a", "a"], 0.25),
        (["a", "b"], ["b", "b"], ["a", "b"], -0.5),
        ([1, 3], [2.0, 2.0], [3.0, 1.0], 1.0),
        ([1, 3], [1.0, 3.0], [1.0, 3.0], 0.0),
        ([1, 3], [1.0, 3.0], [1.0, 2.0], 1.0),
    ],
)
def test_what_is_lost_is_accuracy_or_a_share_of_the_rmse(labels, before, after, loss):
    def served(predictions):
        return SimpleNamespace(predictions=lambda rows: np.array(predictions), probabilities=lambda rows: None)

    held_out = HeldOut(np.array(labels), np.zeros((len(labels), 1), np.float32))
    assert held_out.loss(served(before), served(after)) == loss


def test_the_report_tells_what_became_of_it(trained):
    page = (trained.output_data / "report.html").read_text(encoding="utf-8")
    assert "<td>made by</td><td>skl2onnx 1.20.0</td>" in page
    assert "<td>ZipMap</td><td>1</td><td>0</td>" in page
    assert "<td>largest difference between answers</td><td></td><td>0</td>" in page
    assert re.search(r"<td>µs for 1 row</td><td>[0-9.]+</td><td>[0-9.]+</td><td>[0-9.]+</td>", page)
    assert "Confusion matrix, validation data" in page
    assert "<script" not in page


def test_hyperparameters_come_as_clients_send_them():
    sent = {"labels": "[1, 2]", "feature_names": '["a", "b"]', "missing": "True", "max_loss": "0.1", "outputs": "['p']"}
    read = parse(sent, algorithm.Hyperparameters)
    assert (read.labels, read.feature_names, read.missing, read.max_loss) == ([1, 2], ["a", "b"], True, 0.1)
    assert read.outputs == ["p"]
