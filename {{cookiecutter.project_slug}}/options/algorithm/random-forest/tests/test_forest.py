"""The algorithm's own: what is served is the forest that scikit-learn has grown."""

import pytest

import algorithm
import forest_hosts
import forest_model
from byoc.serving.onnx_model import OnnxModel
from byoc.training import hyperparameters


def test_the_served_model_answers_as_scikit_learn_does(trained):
    settings = hyperparameters.read(trained.paths.config, algorithm.Hyperparameters)
    labels, rows = forest_hosts.read(trained.job, settings.categories or None)["train"]
    model = forest_model.pipeline(algorithm.forest(settings), rows.dtype)
    forest_model.fit(trained.job, model, rows, labels)
    served = OnnxModel(trained.paths.model).predict(rows)
    assert served["labels"] == tuple(model.classes_.tolist())
    assert served["probabilities"] == pytest.approx(model.predict_proba(forest_model.table(rows)), abs=1e-5)


def test_rows_that_no_tree_has_seen_are_scored(trained):
    """The out-of-bag accuracy, which is there without a channel `validation`."""
    assert 0 <= trained.metrics["oob:accuracy"] <= 1
