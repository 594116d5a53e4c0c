"""The ONNX model gives what its framework gives, also for missing values, categories never seen, and extremes.

Labels are equal except where two probabilities differ by less than the tolerance. Both work in float32, but add up the
products of a layer in another order: probabilities agree to 1e-5, numbers to 1e-5 of the labels' standard deviation.
"""

import pytest
from framework import QUICK, WIDE, embeddings, optimizer
from tabular_rows import agree, hard_rows, rows_of, trained_on

from algorithm import Hyperparameters
from byoc.serving.onnx_model import OnnxModel
from network import export
from training import fit

CASES = [("classification", {}), ("classification", {"hidden_layers": 0}), ("regression", WIDE)]


@pytest.fixture(scope="module", params=CASES, ids=str)
def model_and_served(request, tmp_path_factory):
    """The framework's trainer with its data, and what is served."""
    task, settings = request.param
    folder = tmp_path_factory.mktemp("network")
    job, data = trained_on(folder, task == "regression")
    trainer, _ = fit(job, Hyperparameters(task=task, epochs=10, weight_decay=0.02, **(QUICK | settings)), data)
    (folder / "model.onnx").write_bytes(export(trainer.network, data))
    (folder / "signature.json").write_bytes(data.signature.to_json())
    return trainer, data, OnnxModel(folder)


@pytest.mark.parametrize("rows", [rows_of(10_000, 3, False), rows_of(10_000, 4, True), hard_rows(), hard_rows()[:1]])
def test_what_is_served_is_what_the_framework_says(model_and_served, rows):
    trainer, data, served = model_and_served
    assert agree(data.target, served, rows, data.target.answers(trainer.outputs(data.encoding.encode(rows))))


def test_a_category_never_seen_speaks_neither_for_nor_against_a_label(model_and_served):
    """Its embedding is zero: as if the column were not there."""
    vectors = embeddings(model_and_served[0].network)
    assert len(vectors) == 2
    for one in vectors:
        assert not one[0].any()
        assert one[1:].all()


def test_the_learning_rate_has_fallen_to_0_and_weights_decay_as_they_are_told(model_and_served):
    assert optimizer(model_and_served[0]) == pytest.approx((0, 0.02), abs=1e-7)
