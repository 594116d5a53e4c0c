"""The algorithm's own: what is served are the trees that the framework has grown."""

import os
from unittest import mock

import numpy as np
import pytest

import algorithm
from byoc.serving.onnx_model import OnnxModel
from byoc.training import hyperparameters


@pytest.fixture
def learnt(trained):
    """The data that `train` reads, and the framework's own predictions for each channel, from another training."""
    with mock.patch.dict(os.environ), mock.patch.object(algorithm.training_report, "write") as write:
        algorithm.train(trained.job, hyperparameters.read(trained.paths.config, algorithm.Hyperparameters))
    _, _, data, _, predicted, *_ = write.call_args.args
    return data, predicted


def test_the_served_model_answers_as_the_framework_does(trained, learnt):
    data, predicted = learnt
    model = OnnxModel(trained.paths.model)
    for name, channel in data.channels.items():
        served, expected = model.predict(channel.records), predicted[name]
        if data.known is None:  # a number is learnt
            assert served == pytest.approx(expected, rel=1e-4, abs=1e-4 * float(np.abs(expected).max()))
            continue
        if expected.ndim == 1:  # of two labels, the probability of the second
            expected = np.stack([1 - expected, expected], axis=1)
        assert served["labels"] == tuple(data.known.tolist())
        assert served["probabilities"] == pytest.approx(expected, abs=1e-5)
