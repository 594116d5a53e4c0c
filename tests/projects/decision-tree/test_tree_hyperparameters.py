"""What a training job can set of the tree, and what it is told if it cannot be set."""

import pytest

from algorithm import Hyperparameters
from byoc.errors import InputError
from byoc.training.hyperparameters import parse


def test_the_defaults_grow_a_full_tree():
    assert parse({}, Hyperparameters).model_dump() == {
        "objective": "auto",
        "criterion": None,
        "max_leaf_nodes": None,
        "max_depth": None,
        "min_samples_leaf": 1,
        "random_state": 0,
        "feature_names": None,
    }


@pytest.mark.parametrize(
    "sent",
    [
        {"criterion": "entropy", "max_depth": "3", "max_leaf_nodes": "None", "feature_names": "['a', 'b']"},
        {"criterion": '"entropy"', "max_depth": "3", "max_leaf_nodes": "null", "feature_names": '["a", "b"]'},
        {"criterion": "entropy", "max_depth": "3.0", "feature_names": '["a", "b"]', "sagemaker_region": '"us-east-1"'},
    ],
    ids=["raw", "json", "mixed"],
)
def test_every_client_can_set_them(sent):
    expected = Hyperparameters(criterion="entropy", max_depth=3, feature_names=["a", "b"])
    assert parse(sent, Hyperparameters) == expected


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("criterion", "giny", "'gini', 'entropy', 'log_loss', .* or 'poisson'"),
        ("objective", "ranking", "'auto', 'classification' or 'regression'"),
        ("max_leaf_nodes", "1", "greater than or equal to 2"),
        ("max_leaf_nodes", "five", "integer"),
        ("max_depth", "0", "greater than or equal to 1"),
        ("max_depth", "2.5", "integer"),
        ("min_samples_leaf", "0", "greater than or equal to 1"),
        ("min_samples_leaf", "None", "integer"),
        ("random_state", "-1", "greater than or equal to 0"),
        ("random_state", str(2**32), f"less than {2**32}"),
        ("feature_names", "width", "list"),
        ("feature_names", "[1, 2]", ""),
    ],
)
def test_what_scikit_learn_would_refuse_is_refused_by_name_value_and_rule(name, value, rule):
    with pytest.raises(InputError, match=rf"^hyperparameter {name} = .* is refused: .*{rule}") as refusal:
        parse({name: value}, Hyperparameters)
    assert repr(value) in str(refusal.value)
