"""A random forest that learns numbers: training, answers equal to scikit-learn's, and what is refused."""

import json

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from test_forest_parity import rows_of

import algorithm
import forest_model
import forest_onnx
from algorithm_jobs import channel, left, model_and_report, refused, report, served, train
from byoc.channels import columns
from byoc.paths import Paths
from byoc.serving.onnx_model import OnnxModel
from byoc.signature import Signature
from byoc.training.job import Job

NUMBERS = {"objective": "regression"}
ACCURACY = 3e-7  # of float32, which is served; all before is float64
SETTINGS = [
    {},
    {"criterion": "absolute_error", "max_depth": 4, "n_estimators": 10},
    {"criterion": "poisson", "max_features": "log2", "min_samples_leaf": 5},
    {"max_features": 0.5, "n_estimators": 300},
]


@pytest.fixture(scope="module", params=SETTINGS, ids=str)
def model_and_folder(request, tmp_path_factory):
    rows = rows_of(600, seed=1, unseen=False)
    noise = np.random.default_rng(2).normal(size=600)
    numbers = np.exp(3 * np.nan_to_num(rows["wídth, in"]) + (rows['"colour"'] == "red") + noise)
    forest = algorithm.forest(algorithm.Hyperparameters(**NUMBERS, **request.param), numbers)
    model = forest_model.pipeline(forest, rows.dtype)
    folder = tmp_path_factory.mktemp("model")
    forest_model.fit(Job(Paths(folder)), model, rows, numbers)
    ours = RandomForestRegressor(**{"random_state": 0} | request.param)
    ours.fit(np.asarray(model[:-1].transform(forest_model.table(rows)), np.float32), numbers)
    (folder / "model.onnx").write_bytes(forest_onnx.export(model, rows.dtype))
    (folder / "signature.json").write_bytes(Signature(columns.of_records(rows)).to_json())
    return model, ours, folder


@pytest.mark.parametrize("unseen", [False, True])
def test_ten_thousand_random_rows_are_answered_alike(model_and_folder, unseen):
    model, ours, folder = model_and_folder
    rows = rows_of(10_000, seed=3, unseen=unseen)
    expected = ours.predict(np.asarray(model[:-1].transform(forest_model.table(rows)), np.float32))
    assert np.allclose(OnnxModel(folder).predict(rows), expected, rtol=ACCURACY, atol=0)


def test_rows_on_thresholds_are_answered_alike(model_and_folder):
    model, _, folder = model_and_folder
    tree = model.named_steps["forest"].estimators_[0].tree_
    thresholds = tree.threshold[tree.feature == 0].astype(np.float32)
    near = np.concatenate([thresholds, *(np.nextafter(thresholds, np.float32(end)) for end in (-9, 9))])
    rows = rows_of(len(near), seed=4, unseen=True)
    rows["wídth, in"] = near
    assert len(near) > 10
    assert np.allclose(OnnxModel(folder).predict(rows), forest_model.answers(model, rows), rtol=ACCURACY, atol=0)


def drawn(count: int, seed: int) -> tuple[str, np.ndarray, np.ndarray]:
    """Text of a number, a size, a colour and another size, some missing; the numbers; and what is learnt from."""
    random = np.random.default_rng(seed)
    sizes, red = random.normal(size=(count, 2)).round(4), random.random(count) < 0.5
    numbers = (100 * sizes[:, 0] + 50 * red).round(3)
    lines = ["price,size,colour,weight"]
    for number, (size, weight), is_red in zip(numbers, sizes, red, strict=True):
        lines.append(f"{number},{size},{'red' if is_red else 'blue'},{weight}")
    return "\n".join(lines) + "\n", numbers, np.column_stack([sizes, ~red, red]).astype(np.float32)


def test_training_end_to_end(paths, capsys):
    (text, numbers, inputs), (more, others, other_inputs) = drawn(300, 0), drawn(60, 1)
    channel(paths, text)
    channel(paths, more, "validation")
    assert train(paths, n_estimators="70", **NUMBERS) == 0
    told = dict(line.split("=") for line in capsys.readouterr().out.splitlines()[1:])
    forest = RandomForestRegressor(n_estimators=70, random_state=0, oob_score=True).fit(inputs, numbers)
    found = {"train": (numbers, forest.predict(inputs)), "validation": (others, forest.predict(other_inputs))}
    found["oob"] = numbers, forest.oob_prediction_
    assert list(told) == [f"{name}:{metric}" for name in found for metric in ("rmse", "mae", "r2")]
    assert set(told) <= set(algorithm.METRICS)
    for name, (actual, predicted) in found.items():
        for metric, score in (("rmse", root_mean_squared_error), ("mae", mean_absolute_error), ("r2", r2_score)):
            assert float(told[f"{name}:{metric}"]) == pytest.approx(score(actual, predicted), abs=1e-6)

    assert left(paths) == model_and_report("importance", "predicted", "residuals")
    page = report(paths)
    assert "Actual and predicted, validation data" in page
    assert "<td>colour</td><td>0</td><td>blue, red</td>" in page
    answer = served(paths).respond(more.replace("price,", "", 1).encode(), "text/csv", "application/json")
    assert answer.status == 400  # a label too many
    body = "\n".join(line.split(",", 1)[1] for line in more.splitlines())
    answer = served(paths).respond(body.encode(), "text/csv", "application/json")
    expected = forest.predict(other_inputs)
    assert json.loads(answer.body)["predictions"] == pytest.approx(expected, rel=ACCURACY, abs=ACCURACY)


def test_rows_that_all_trees_saw_are_not_scored_out_of_bag(paths, capsys):
    """scikit-learn answers 0 for them, which may be a number that was learnt, too."""
    channel(paths, "".join(f"{n % 3 and 50},{n}\n" for n in range(30)))
    assert train(paths, n_estimators="2", **NUMBERS) == 0
    told = dict(line.split("=") for line in capsys.readouterr().out.splitlines() if line.startswith(("train:", "oob:")))
    labels, rows = np.array([float(n % 3 and 50) for n in range(30)]), np.arange(30.0)[:, None].astype(np.float32)
    forest = RandomForestRegressor(n_estimators=2, random_state=0).fit(rows, labels)
    answers = np.full((2, 30), np.nan)
    for number, (tree, drawn) in enumerate(zip(forest.estimators_, forest.estimators_samples_, strict=True)):
        unseen = np.setdiff1d(np.arange(30), drawn)
        answers[number, unseen] = tree.predict(rows[unseen])
    some = ~np.isnan(answers).all(axis=0)
    assert 0 < some.sum() < 30
    off = np.nanmean(answers[:, some], axis=0) - labels[some]
    assert float(told["oob:mae"]) == pytest.approx(np.abs(off).mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ("1,1\n2.5,2\n", {}, "objective = 'auto' tells labels apart, but 2.5 is a number: choose regression to learn"),
        ("1,1\nx,2\n", NUMBERS, "channel 'training', row 2: the label 'x' is no number that can be learnt"),
        ("1,1\n-2,2\n", NUMBERS | {"criterion": "poisson"}, "the label -2: criterion poisson needs 0 or more"),
        ("1,1\n2,2\n", NUMBERS | {"criterion": "gini"}, "criterion = 'gini' does not go with objective = 'regression'"),
        ("a,1\nb,2\n", {"criterion": "poisson"}, "criterion = 'poisson' does not go with objective = 'auto', which"),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_the_way_out(paths, rows, settings, message):
    channel(paths, rows)
    refused(paths, message, **settings)


def test_an_owners_own_hyperparameter_is_there_and_not_given_to_scikit_learn():
    class Hyperparameters(algorithm.Hyperparameters):
        mine: int = 3

    assert algorithm.forest(Hyperparameters(max_depth=1), np.array(["a", "b"])).get_params()["max_depth"] == 1


def test_a_forest_that_onnx_cannot_hold_is_refused_with_the_way_out(paths, monkeypatch):
    monkeypatch.setattr(forest_onnx, "MOST_NODES", 20)
    channel(paths, "1.5,1\n2,2\n7,3\n")
    refused(paths, "nodes, more than ONNX can hold (20): set max_depth or a larger min_samples_leaf, or", **NUMBERS)
