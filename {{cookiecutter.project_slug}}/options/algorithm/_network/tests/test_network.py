"""The algorithm's own: the served network answers as well as the framework's does."""

import numpy as np
import pytest

import algorithm
from byoc.serving.onnx_model import OnnxModel
from byoc.training import hyperparameters


def test_the_served_network_scores_what_training_printed(trained):
    settings = hyperparameters.read(trained.paths.config, algorithm.Hyperparameters)
    labels, rows = trained.job.channel("training").read_records(settings.categories or None)
    answer = OnnxModel(trained.paths.model).predict(rows)
    if settings.task == "regression":
        error = float(np.sqrt(np.mean((answer - labels.astype(float)) ** 2)))
        assert error == pytest.approx(trained.metrics["train:rmse"], rel=1e-3)
    else:
        right = float(np.mean(answer["predicted_label"].astype(str) == labels.astype(str)))
        assert right == pytest.approx(trained.metrics["train:accuracy"], abs=1e-5)


def test_it_has_learnt_more_than_what_is_most_frequent(trained):
    """That much any network must; ask more of yours."""
    labels, _ = trained.job.channel("training").read_records(
        hyperparameters.read(trained.paths.config, algorithm.Hyperparameters).categories or None
    )
    if "train:accuracy" in trained.metrics:
        _, counts = np.unique(labels, return_counts=True)
        assert trained.metrics["train:accuracy"] > counts.max() / counts.sum()
    else:
        assert trained.metrics["train:rmse"] < labels.astype(float).std()
