"""The least that trains and serves, from files in /opt/ml to answers."""

import json
import shutil

import numpy as np
import pytest

import algorithm
import predictor
from algorithm_jobs import (
    answers_its_payloads,
    channel,
    learns_the_column_that_is_chosen,
    left,
    refused,
    report,
    served,
    train,
)
from byoc.errors import InputError, ModelError
from byoc.training.hyperparameters import parse
from equal_values import many_numbers_as_labels_are_asked_about, told_is_served


def test_the_example_trains_and_answers_its_payloads(trained):
    answers_its_payloads(trained, "setosa", "versicolor", "virginica")


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == {
        "model/model.npz",
        "model/signature.json",
        "output/data/calibration.svg",
        "output/data/confusion_matrix.svg",
        "output/data/report.html",
        "output/data/roc.svg",
    }
    assert "<td>train:accuracy</td><td>0.9800</td>" in report(trained)


def test_the_boundary_between_two_labels_is_where_it_must_be():
    """Of two round clouds as large as each other, halfway; of unlike size, nearer to the smaller one."""
    around = np.array([[-1.0, 0], [1, 0], [0, -1], [0, 1]])
    features, codes = np.concatenate([around, around + np.array([10, 0])]), np.repeat([0, 1], 4)
    middle = np.array([[5.0, 7.0]])
    for shrinkage in (0.001, 1.0):
        assert np.allclose(algorithm.score(algorithm.fit(features, codes, shrinkage), middle), 0.5)
    more, repeated = np.concatenate([features, features[4:]]), np.append(codes, codes[4:])
    assert np.allclose(algorithm.score(algorithm.fit(more, repeated, 0.001), middle), [[1 / 3, 2 / 3]])


def test_ten_thousand_random_rows_are_answered_as_training_scored_them(paths):
    """And as float32, which is what a request's rows become."""
    random = np.random.default_rng(0)
    scales = np.array([1, 1e-3, 1e6, 1e-20])
    features = random.normal(size=(10_000, 4)) * scales
    labels = np.array(["no", "ja, sí", 'per "haps"'])[np.digitize(features @ (1 / scales), [-1, 1])]
    np.savetxt(paths.data / "training/rows.csv", features[:500], delimiter=",", fmt="%.9g")
    rows = (paths.data / "training/rows.csv").read_text().splitlines()
    quoted = ['"' + label.replace('"', '""') + '"' for label in labels]
    channel(paths, "\n".join(f"{label},{row}" for label, row in zip(quoted, rows, strict=False)))
    assert train(paths) == 0
    arrays = dict(np.load(paths.model / "model.npz"))
    expected = algorithm.score(arrays, features.astype(np.float32))
    body = "\n".join(",".join(map(repr, row)) for row in features.astype(np.float32).tolist())
    accept = 'application/json; output="predicted_label,probabilities"'
    answer = served(paths).respond(body.encode(), "text/csv", accept)
    given = json.loads(answer.body)["predictions"]
    assert np.array_equal([row["probabilities"] for row in given], expected)
    assert [row["predicted_label"] for row in given] == np.unique(labels)[expected.argmax(axis=1)].tolist()
    assert (expected.argmax(axis=1) == np.unique(labels, return_inverse=True)[1]).mean() > 0.8


def test_the_model_is_the_same_in_any_units():
    random = np.random.default_rng(0)
    codes = random.integers(0, 3, 200)
    features = random.normal(size=(200, 3)) + codes[:, None]
    scales = np.array([1e-12, 1, 1e12])
    given = algorithm.score(algorithm.fit(features, codes, 0.3), features)
    assert np.allclose(algorithm.score(algorithm.fit(features * scales, codes, 0.3), features * scales), given)


def test_a_validation_channel_is_scored(paths, capsys):
    channel(paths, "a,1,10\nb,2,20\na,1.5,11\nb,2.5,21\n")
    channel(paths, "b,1,10\nb,2,20\n", "validation")
    assert train(paths) == 0
    assert capsys.readouterr().out.splitlines() == [
        "training on 4 rows of 2 features",
        "train:accuracy=1.000000",
        "validation:accuracy=0.500000",
    ]
    assert "Confusion matrix, validation data" in (paths.output_data / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    "rows",
    [
        "0,1,5\n0,2,5\n12,8,5\n12,9,5\n",
        "0,1,2\n0,1.5,3\n0,2,4\n12,9,18\n",
        "0,1,1\n12,9,9\n",
        "0,1,0\n0,2,0\n12,1,1\n12,2,1\n",
    ],
    ids=["a constant column", "a label seen once", "each label once", "a column that is the label"],
)
def test_awkward_data_are_learnt_and_whole_numbers_come_back_as_numbers(paths, rows):
    channel(paths, rows)
    assert train(paths) == 0
    first, *_, last = (line.split(",", 1)[1] for line in rows.splitlines())
    body = f"[[{first}], [{last}]]".encode()
    assert json.loads(served(paths).respond(body, "application/json", "").body) == {"predictions": [0, 12]}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "channel 'training' holds no rows"),
        ("a,1\n", "every row has the label 'a': a classifier needs at least two"),
        (
            "1.5,1\n2,2\n",
            "program/algorithm.py tells labels apart, but 1.5 is a number: learn numbers there, or",
        ),
        (
            "".join(f"{n}.25,{n}\n" for n in range(200)),
            "but 0.25 is a number: learn numbers there, or if they are",
        ),
        ("a,1\nb,two\n", "line 2, column 2: 'two' is not a number"),
        ("a,1\n,2\n", "line 2, column 1: the label is missing"),
        ("a,1\nb,\n", "line 2, column 2: '': no value may be missing here; leave such rows out"),
        ("a,1\nb,2,3\n", "line 2: 2 features, but the rows before it have 1"),
    ],
)
def test_data_that_cannot_be_learnt_are_refused_without_a_model(paths, rows, message):
    channel(paths, rows)
    refused(paths, message)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1\n", "validation/rows.csv, line 1: 1 features, but training has 2"),
        ("c,1,2\n", "channel 'validation' has the label 'c', but training has only a, b"),
    ],
)
def test_a_validation_channel_that_does_not_fit_is_refused(paths, rows, message):
    channel(paths, rows, "validation")
    refused(paths, message)


@pytest.mark.parametrize(("value", "rule"), [("0", "greater than 0"), ("2", "less"), ("much", "number")])
def test_hyperparameters_are_held_to_their_range(value, rule):
    assert parse({"shrinkage": "0.5"}, algorithm.Hyperparameters).shrinkage == 0.5
    with pytest.raises(InputError, match=rf"^hyperparameter shrinkage = '{value}' is refused: .*{rule}"):
        parse({"shrinkage": value}, algorithm.Hyperparameters)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"^no model: .*/model\.npz is missing; train first, or give the container the model's archive$"),
        (b"", r"model\.npz is empty: copy it again$"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            r"model\.npz is a Git LFS pointer, not the model: [^\n]+$",
        ),
        (b"PK\x03\x04", r"^the model cannot be loaded: .*/model\.npz: [^\n]+$"),
        (b"not a model", r"^the model cannot be loaded: .*/model\.npz: [^\n]+$"),
    ],
)
def test_a_model_that_is_missing_or_broken_is_refused_in_one_line(trained, tmp_path, content, message):
    (tmp_path / "signature.json").write_bytes((trained.model / "signature.json").read_bytes())
    if content is not None:
        (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        predictor.model_fn(tmp_path)


def test_a_signature_of_another_training_is_refused_with_both_counts(trained, tmp_path):
    shutil.copytree(trained.model, tmp_path, dirs_exist_ok=True)
    signature = json.loads((tmp_path / "signature.json").read_bytes())
    signature["features"].pop()
    (tmp_path / "signature.json").write_text(json.dumps(signature))
    told = r"^model.npz and its signature are not of one training: it takes 4 features, signature.json has 3; pack both"
    with pytest.raises(ModelError, match=told):
        predictor.model_fn(tmp_path)


def test_a_folder_too_many_is_named_with_how_to_pack(trained, tmp_path):
    shutil.copytree(trained.model, tmp_path / "export")
    with pytest.raises(ModelError, match=r"model\.npz is missing, but there is .*/export/model\.npz: .* -C export \.$"):
        predictor.model_fn(tmp_path)


def test_what_training_tells_is_what_is_served_where_float32_loses_digits(paths, capsys):
    told_is_served(paths, capsys)


def test_a_column_that_is_chosen_is_learnt_and_what_is_ignored_is_no_feature(paths):
    learns_the_column_that_is_chosen(paths)


def test_so_many_numbers_as_labels_are_asked_about(paths):
    many_numbers_as_labels_are_asked_about(paths)
