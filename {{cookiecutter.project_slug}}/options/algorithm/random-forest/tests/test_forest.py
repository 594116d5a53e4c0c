"""The algorithm's own: what is served is the forest that scikit-learn has grown."""

import numpy as np
import pytest

import algorithm
import forest_hosts
import forest_model
from byoc.channels import objectives
from byoc.serving.onnx_model import OnnxModel
from byoc.training import hyperparameters


def test_the_served_model_answers_as_scikit_learn_does(trained):
    settings = hyperparameters.read(trained.paths.config, algorithm.Hyperparameters)
    labels, rows = forest_hosts.read(trained.job, settings.categories or None)["train"]
    labels = objectives.learnt(settings.objective, labels, "training")
    model = forest_model.pipeline(algorithm.forest(settings, labels), rows.dtype)
    forest_model.fit(trained.job, model, rows, labels)
    served, expected = OnnxModel(trained.paths.model).predict(rows), forest_model.answers(model, rows)
    if settings.objective == "regression":
        assert served == pytest.approx(expected, rel=1e-6)
    else:
        assert served["labels"] == tuple(model.classes_.tolist())
        assert served["probabilities"] == pytest.approx(expected, abs=1e-5)


def test_rows_that_no_tree_has_seen_are_scored(trained):
    """The out-of-bag scores, which are there without a channel `validation`."""
    scores = {name: value for name, value in trained.metrics.items() if name.startswith("oob:")}
    assert scores, trained.log
    assert np.isfinite([*scores.values()]).all()
