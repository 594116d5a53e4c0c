"""The algorithm's own: the served model answers as well as the one that was fine-tuned."""

import json

import pytest

import algorithm
from byoc.training import hyperparameters


@pytest.fixture
def task(trained) -> str:
    return hyperparameters.read(trained.paths.config, algorithm.Hyperparameters).task


def test_the_served_model_scores_what_training_printed(trained, ask, task):
    if task == "text-generation":
        assert trained.metrics["train:perplexity"] > 1
        return
    labels, rows = trained.job.channel("training").read_records(["text"])
    texts = [[text] for text in rows["text"].tolist()]
    answer = ask(json.dumps({"instances": texts}).encode(), "application/json")
    assert answer.status == 200, answer.body
    predictions = json.loads(answer.body)["predictions"]
    right = sum(str(one) == str(other) for one, other in zip(predictions, labels.tolist(), strict=True))
    assert right / len(labels) == pytest.approx(trained.metrics["train:accuracy"], abs=1.5 / len(labels))


def test_clients_of_hugging_face_are_answered(ask):
    """As a pipeline of theirs does: a list with an object for each text."""
    answer = ask(json.dumps({"inputs": "A text."}).encode(), "application/json")
    assert answer.status == 200, answer.body
    [first] = json.loads(answer.body)
    assert first.keys() & {"label", "generated_text"}
