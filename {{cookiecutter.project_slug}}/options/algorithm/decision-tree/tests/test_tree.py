"""The algorithm's own: what is served is the tree that scikit-learn has grown."""

import numpy as np
import pytest

import algorithm
from byoc.channels import objectives
from byoc.serving.onnx_model import OnnxModel
from byoc.training import hyperparameters
from example import Training


def test_the_served_model_answers_as_scikit_learn_does(trained):
    settings = hyperparameters.read(trained.paths.config, algorithm.Hyperparameters)
    labels, rows = trained.job.channel("training").read_labelled()
    tree = algorithm.grow(settings, objectives.learnt(settings.objective, labels, "training"), rows)
    served = OnnxModel(trained.paths.model).predict(rows.astype(np.float32))
    if settings.objective == "regression":
        assert served == pytest.approx(tree.predict(rows), rel=1e-6)
    else:
        assert served["predicted_label"].tolist() == tree.predict(rows).tolist()
        assert served["probabilities"] == pytest.approx(tree.predict_proba(rows), abs=1e-6)


def test_hyperparameters_reach_the_tree(tmp_path):
    """With one split there are two leaves, so at most two different answers."""
    training = Training(tmp_path / "ml", max_depth="1")
    assert training.exit_code == 0, training.log
    _, rows = training.job.channel("training").read_labelled()
    served = OnnxModel(training.paths.model).predict(rows.astype(np.float32))
    answers = served["probabilities"] if isinstance(served, dict) else served
    assert len(np.unique(answers, axis=0)) <= 2, "max_depth = 1 did not reach the tree"
