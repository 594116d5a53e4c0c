"""The algorithm's own: what predictor.py answers is what algorithm.py has learnt."""

import numpy as np
import pytest

import algorithm
import predictor
from byoc.channels import targets
from byoc.errors import ModelError
from byoc.training import hyperparameters


def test_what_is_served_is_what_was_learnt(trained):
    labels, rows = trained.job.channel("training").read_labelled()
    known = targets.classes(labels)
    settings = hyperparameters.read(trained.paths.config, algorithm.Hyperparameters)
    learnt = algorithm.fit(rows, targets.codes(labels, known, "training"), settings.shrinkage)
    answer = predictor.predict_fn(rows, predictor.model_fn(trained.paths.model))
    expected = predictor.score(learnt, rows)
    assert answer["probabilities"] == pytest.approx(expected)
    assert answer["predicted_label"].tolist() == known[expected.argmax(axis=1)].tolist()


def test_each_row_has_probabilities_that_add_up_to_one(trained):
    _, rows = trained.job.channel("training").read_labelled()
    answer = predictor.predict_fn(rows, predictor.model_fn(trained.paths.model))
    assert np.allclose(answer["probabilities"].sum(axis=1), 1)


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path):
    with pytest.raises(ModelError) as refusal:
        predictor.model_fn(tmp_path)
    assert len(str(refusal.value).splitlines()) == 1
