"""What a training job can set of the forest, and what it is told if it cannot be set."""

import pytest

from algorithm import Hyperparameters
from byoc.errors import InputError
from byoc.training.hyperparameters import parse


def test_the_defaults_are_those_of_scikit_learn():
    assert parse({}, Hyperparameters).model_dump() == {
        "objective": "auto",
        "categories": [],
        "n_estimators": 100,
        "criterion": None,
        "max_features": None,
        "max_depth": None,
        "min_samples_leaf": 1,
        "random_state": 0,
    }


@pytest.mark.parametrize("categories", ['["a", "b"]', "['a', 'b']"])
def test_every_client_can_set_them(categories):
    sent = {"categories": categories, "n_estimators": "10", "max_depth": "None", "max_features": "log2"}
    assert parse(sent, Hyperparameters) == Hyperparameters(categories=["a", "b"], n_estimators=10, max_features="log2")


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("categories", "island", "list"),
        ("n_estimators", "0", "greater than or equal to 1"),
        ("n_estimators", "1000000", "less than or equal to 10000"),
        ("criterion", "giny", "'gini', 'entropy', 'log_loss', .* or 'poisson'"),
        ("objective", "ranking", "'auto', 'classification' or 'regression'"),
        ("max_features", "most", "'sqrt' or 'log2'"),
        ("max_features", "0", "greater than 0"),
        ("max_features", "1.5", "less than or equal to 1"),
        ("max_depth", "0", "greater than or equal to 1"),
        ("min_samples_leaf", "0", "greater than or equal to 1"),
        ("random_state", "-1", "greater than or equal to 0"),
    ],
)
def test_what_scikit_learn_would_refuse_is_refused_by_name_value_and_rule(name, value, rule):
    with pytest.raises(InputError, match=rf"^hyperparameter {name} = .* is refused: .*{rule}") as refusal:
        parse({name: value}, Hyperparameters)
    assert repr(value) in str(refusal.value)
