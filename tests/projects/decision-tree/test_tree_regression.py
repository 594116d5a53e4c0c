"""A decision tree that learns numbers: training, answers equal to scikit-learn's, and what is refused."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.tree import DecisionTreeRegressor
from test_tree_parity import SCALES, rows_on_thresholds

import algorithm
import tree_picture
from algorithm_jobs import channel, left, model_and_report, refused, report, served, train
from byoc.files import write_atomically
from byoc.serving.onnx_model import OnnxModel

NUMBERS = {"objective": "regression"}
ACCURACY = 3e-6  # of float32, which is served
SETTINGS = [
    {},
    {"criterion": "absolute_error", "max_depth": 6},
    {"criterion": "poisson", "max_leaf_nodes": 50},
    {"min_samples_leaf": 20},
]


def table(rows: np.ndarray) -> str:
    return "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist())


def drawn(count: int, seed: int = 0) -> np.ndarray:
    """A number to learn, and three that it depends on."""
    features = np.random.default_rng(seed).normal(size=(count, 3)).round(4)
    return np.column_stack([(1e3 * features[:, 0] + features[:, 1] ** 2).round(3), features])


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_answers_equal_scikit_learns_on_random_rows_and_on_thresholds(tmp_path, settings):
    random = np.random.default_rng(1)
    features = (random.normal(size=(2000, len(SCALES))) * SCALES).round(9)
    numbers = np.exp(random.normal(size=2000) * 5)
    tree = algorithm.grow(algorithm.Hyperparameters(**NUMBERS, **settings), numbers, features)
    ours = DecisionTreeRegressor(random_state=0, **settings).fit(features, numbers)
    names = [f"feature_{number}" for number in range(len(SCALES))]
    write_atomically(tmp_path / "signature.json", algorithm.signature(tree, names, features).to_json(), tmp_path)
    write_atomically(tmp_path / "model.onnx", algorithm.export(tree), tmp_path)
    for rows in (random.normal(size=(50_000, len(SCALES))) * SCALES, rows_on_thresholds(tree)):
        answers = OnnxModel(tmp_path).predict(rows.astype(np.float32))
        assert np.allclose(answers, ours.predict(rows), rtol=ACCURACY, atol=0)


def test_training_end_to_end(paths, capsys):
    rows, others = drawn(300), drawn(80, seed=1)
    channel(paths, table(rows))
    channel(paths, table(others), "validation")
    assert train(paths, max_depth="5", **NUMBERS) == 0
    tree = DecisionTreeRegressor(max_depth=5, random_state=0).fit(rows[:, 1:], rows[:, 0])
    told = dict(line.split("=") for line in capsys.readouterr().out.splitlines()[1:])
    assert list(told) == [f"{name}:{metric}" for name in ("train", "validation") for metric in ("rmse", "mae", "r2")]
    assert told.keys() <= set(algorithm.METRICS)
    for name, data in (("train", rows), ("validation", others)):
        predicted = tree.predict(data[:, 1:])
        for metric, score in (("rmse", root_mean_squared_error), ("mae", mean_absolute_error), ("r2", r2_score)):
            assert float(told[f"{name}:{metric}"]) == pytest.approx(score(data[:, 0], predicted), abs=1e-6)

    assert left(paths) == model_and_report("predicted", "residuals", "tree")
    page = report(paths)
    assert "<td>objective</td><td>regression</td>" in page
    assert "Actual and predicted, validation data" in page
    model = served(paths)
    assert model.signature.labels == ()
    body = table(others[:, 1:])
    expected = tree.predict(others[:, 1:])
    answer = model.respond(body.encode(), "text/csv", "")
    assert [float(line) for line in answer.body.split()] == pytest.approx(expected, rel=ACCURACY)
    answer = model.respond(body.encode(), "text/csv", "application/json")
    assert json.loads(answer.body)["predictions"] == pytest.approx(expected, rel=ACCURACY)


def test_whole_numbers_are_learnt_as_numbers_if_told_so(paths):
    channel(paths, "1,1\n2,2\n30,3\n")
    assert train(paths, max_leaf_nodes="2", **NUMBERS) == 0
    assert served(paths).respond(b"1\n9\n", "text/csv", "").body == b"1.5\n30.0\n"


def test_a_number_that_never_changes_is_learnt(paths, capsys):
    channel(paths, "5,1\n5,2\n")
    assert train(paths, **NUMBERS) == 0
    assert served(paths).respond(b"1\n", "text/csv", "").body == b"5.0\n"
    assert "train:r2=1.000000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ("1,1\n2.5,2\n", {}, "objective = 'auto' tells labels apart, but 2.5 is a number: choose regression to learn"),
        (
            "".join(f"{n}.5,{n}\n" for n in range(200)),
            {},
            "but 0.5 is a number: choose regression to learn numbers, or",
        ),
        ("1,1\nx,2\n", NUMBERS, "channel 'training', row 2: the label 'x' is no number that can be learnt"),
        ("1,1\n1e39,2\n", NUMBERS, "row 2: the label '1e39' is no number that can be learnt"),
        ("1,1\n-2,2\n", NUMBERS | {"criterion": "poisson"}, "the label -2: criterion poisson needs 0 or more"),
        ("0,1\n0,2\n", NUMBERS | {"criterion": "poisson"}, "no other label than 0: criterion poisson cannot learn"),
        (
            "1,1\n2,2\n",
            NUMBERS | {"criterion": "gini"},
            "hyperparameter criterion = 'gini' does not go with objective = 'regression', which takes squared_error, ",
        ),
        (
            "a,1\nb,2\n",
            {"criterion": "squared_error"},
            "criterion = 'squared_error' does not go with objective = 'auto', which takes gini, entropy, log_loss",
        ),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_the_way_out(paths, rows, settings, message):
    channel(paths, rows)
    refused(paths, message, **settings)


def test_fractions_are_labels_if_told_so(paths):
    channel(paths, "0.5,1\n1.5,2\n")
    assert train(paths, objective="classification") == 0
    assert served(paths).respond(b"1\n2\n", "text/csv", "").body == b"0.5\n1.5\n"


def test_an_owners_own_hyperparameter_is_there_and_not_given_to_scikit_learn():
    class Hyperparameters(algorithm.Hyperparameters):
        mine: int = 3

    tree = algorithm.grow(Hyperparameters(max_depth=1), np.array(["a", "b"]), np.array([[1.0], [2.0]]))
    assert tree.get_params()["max_depth"] == 1


def test_the_picture_of_a_tree_tells_the_number_at_each_node():
    rows = drawn(200)
    tree = DecisionTreeRegressor(max_leaf_nodes=5, random_state=0).fit(rows[:, 1:], rows[:, 0])
    picture = ElementTree.fromstring(tree_picture.draw(tree, ["a", "b", "c"]))
    words = [node.text for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert [f"{value:.5g}" in words for value in tree.tree_.value.ravel()] == [True] * 9
    fills = [box.get("fill") for box in picture.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(set(fills)) > 3


def test_a_picture_of_a_single_number_is_one_box():
    tree = DecisionTreeRegressor().fit([[1.0], [2.0]], [4.0, 4.0])
    assert tree_picture.draw(tree, ["x"]).count("<rect") == 1
