"""The algorithm's own: the served model answers as the one that was given."""

import numpy as np
import pytest

import algorithm
from byoc.onnx_import import graph_inputs, graph_labels, source_model
from byoc.onnx_import.original import Original
from byoc.onnx_import.served import HeldOut
from byoc.serving.onnx_model import OnnxModel
from byoc.training import hyperparameters


@pytest.fixture
def original_and_rows(trained, tmp_path):
    """The model in the channel `model`, and rows: those of the channel `validation`, or random ones."""
    settings = hyperparameters.read(trained.paths.config, algorithm.Hyperparameters)
    file = source_model.find(trained.job.channel("model"), tmp_path)
    model = source_model.load(file)
    names = settings.feature_names or graph_labels.listed(model, "feature_names")
    inputs = graph_inputs.read(model.graph, names)
    original = Original(file, inputs, graph_labels.zipped(model.graph))
    held_out = HeldOut.read(trained.job, graph_inputs.columns(inputs, names), settings.missing)
    features = OnnxModel(trained.paths.model).signature.features
    return original, held_out.rows if held_out else original.trial(None, algorithm.row_dtype(features))


def test_the_served_model_answers_as_the_given_one(trained, original_and_rows):
    original, rows = original_and_rows
    served = OnnxModel(trained.paths.model).predict(rows)
    answers = served["predicted_label"] if isinstance(served, dict) else served
    assert any(agrees(output, answers, served) for output in original.run(rows).values())


def agrees(output: np.ndarray, answers: np.ndarray, served) -> bool:
    """Whether an output of the given model says the same: as numbers, as labels, or as a score for each label.

    What int8 loses is held to `max_loss` by training itself, so a few rows may differ.
    """
    if answers.dtype.kind == "f":
        return output.size == answers.size and np.allclose(output.ravel(), answers, rtol=1e-2, atol=1e-4)
    if output.ndim > 1 and output.shape[1] == len(served["labels"]):
        output = np.array(served["labels"])[output.argmax(axis=1)]
    return output.size == answers.size and float(np.mean(output.ravel().astype(str) == answers.astype(str))) > 0.95
