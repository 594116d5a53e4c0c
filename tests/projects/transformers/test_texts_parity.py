"""ONNX and tokenizers say of every text what transformers itself says."""

import random
import string

import numpy as np
import pytest
import transformers

from algorithm import Hyperparameters
from byoc.signature import Signature
from serving_classifier import TOKENIZER, TextClassifier, feature
from serving_requests import Asked, Parameters
from training_classifier import Classifier, Rows

LABELS = ("a", "b", "c")
# ONNX Runtime adds up float32 in another order than PyTorch.
TOLERANCE = {"atol": 2e-6}
HARD = [
    "",
    " ",
    "\n",
    "a",
    "\u00e9 e\u0301 ﬁ",
    "😀👍🏽 👩‍👩‍👧",
    "日本語のテキスト",
    "\u202eabc\u0000\ufffd",
    "[CLS] [MASK] [SEP]",
    "ǅ İ ß",
]
LONG = ["word " * 500, "x" * 10_000, "😀" * 500]
ALPHABET = string.printable + "äßéİ😀日本語\u0301\u200d"


@pytest.fixture(scope="module")
def classifier(project) -> Classifier:
    """Not trained: what its random layer on top says differs from text to text just as well."""
    base = project / "local_test/test_dir/input/data/model"
    return Classifier(base, np.array(LABELS), Hyperparameters(max_length=32))


@pytest.fixture(scope="module")
def served(classifier, tmp_path_factory) -> TextClassifier:
    folder = tmp_path_factory.mktemp("served")
    (folder / "model.onnx").write_bytes(classifier.onnx())
    (folder / TOKENIZER).write_bytes(classifier.serving_tokenizer())
    (folder / "signature.json").write_bytes(Signature((feature("a"),), LABELS).to_json())
    return TextClassifier(folder)


def test_10_000_random_texts_and_hard_ones_have_the_same_probabilities(classifier, served):
    drawn = random.Random(0)
    texts = ["".join(drawn.choices(ALPHABET, k=drawn.randint(0, 30))) for _ in range(10_000)] + HARD + LONG
    rows = classifier.examples(Rows(texts, np.array(["a"]), np.zeros(len(texts), int)))
    _, expected = classifier.metrics("random", rows)
    found = served.answer(np.array([(text,) for text in texts], [("inputs", object)]))
    np.testing.assert_allclose(found["probabilities"], expected, **TOLERANCE)
    near = np.sort(expected, axis=1)
    clear = near[:, -1] - near[:, -2] > 2 * TOLERANCE["atol"]
    assert clear.mean() > 0.99
    assert (found["predicted_label"] == np.array(LABELS)[expected.argmax(axis=1)])[clear].all()


@pytest.mark.parametrize("top_k", ["", 1, 2, None])
@pytest.mark.parametrize("inputs", [HARD[5], HARD + LONG])
def test_the_answers_are_those_of_a_pipeline(classifier, served, inputs, top_k):
    pipeline = transformers.pipeline(
        "text-classification", model=classifier.network.eval(), tokenizer=classifier.tokenizer, device="cpu"
    )
    given = {} if top_k == "" else {"top_k": top_k}
    expected = pipeline(inputs, truncation=True, max_length=32, **given)
    found = served.answer(Asked(inputs=inputs, parameters=Parameters(**given)))
    assert labels_of(found) == labels_of(expected)
    np.testing.assert_allclose(scores_of(found), scores_of(expected), **TOLERANCE)


def labels_of(answer):
    return [labels_of(one) for one in answer] if isinstance(answer, list) else answer["label"]


def scores_of(answer):
    return [scores_of(one) for one in answer] if isinstance(answer, list) else answer["score"]
