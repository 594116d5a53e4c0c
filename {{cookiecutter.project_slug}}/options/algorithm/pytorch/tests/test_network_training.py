"""Training end to end, from files in /opt/ml to a model that answers; and data that nothing can be learnt from."""

import json
import re

import numpy as np
import pytest

import algorithm
from byoc import job
from byoc.describe import as_json
from byoc.onnx_model import OnnxModel
from byoc.settings import Settings
from predictor import Predictor


def train(paths, **hyperparameters) -> int:
    (paths.config / "hyperparameters.json").write_text(json.dumps({"batch_size": "8", "lr": "0.02"} | hyperparameters))
    return job.run(lambda: algorithm)


def served(paths) -> Predictor:
    return Predictor(paths.model, Settings.from_environment({}))


def channel(paths, rows: str, name: str = "training") -> None:
    (paths.data / name).mkdir(exist_ok=True)
    (paths.data / name / "rows.csv").write_text(rows, encoding="utf-8")


def test_the_example_trains_and_answers_its_payloads(trained, project):
    expected = (project / "local_test/expected.csv").read_bytes()
    payloads = project / "local_test"
    answer = served(trained).respond((payloads / "payload.csv").read_bytes(), "text/csv", "")
    assert answer.body == expected
    answer = served(trained).respond((payloads / "payload.json").read_bytes(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["absent", "present", "absent"]}


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    files = {str(file.relative_to(trained.base)) for file in trained.base.rglob("*") if file.is_file()}
    pictures = ("calibration", "confusion_matrix", "importance", "learning_curves", "roc")
    assert {file for file in files if not file.startswith("input/")} == {
        "model/model.onnx",
        "model/signature.json",
        "output/data/report.html",
        *(f"output/data/{picture}.svg" for picture in pictures),
    }
    model = OnnxModel(trained.model)
    assert model.signature.labels == ("absent", "present")
    assert model.signature.features[1].categories == ("female", "male")
    page = (trained.output_data / "report.html").read_text(encoding="utf-8")
    assert all((trained.output_data / f"{picture}.svg").read_text(encoding="utf-8") in page for picture in pictures)
    assert "<td>validation:accuracy</td>" in page


def test_labels_and_categories_as_awkward_as_they_come_survive_and_a_label_may_be_rare(paths):
    rows = 'l,"a b",same\n' + '"x, y","ja, ""sí""",7\n"é",,7\n' * 15 + "once,neither,7\n"
    channel(paths, rows)
    channel(paths, 'l,same,"a b"\n"é",7,\n', "validation")  # one row, of other order
    assert train(paths, categories='["a b"]', epochs="20") == 0
    body = [{"a b": 'ja, "sí"', "same": 7}, {"a b": None, "same": None}, ["", 1e30]]
    answer = served(paths).respond(json.dumps(body).encode(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["x, y", "é", "é"]}
    assert OnnxModel(paths.model).signature.labels == ("once", "x, y", "é")


def test_numbers_are_learnt_and_a_report_shows_the_residuals(paths):
    random = np.random.default_rng(0)
    rows = random.uniform(1, 5, size=(200, 2))
    channel(paths, "\n".join(f"{1000 + 10 * a:.3f},{a},{b}" for a, b in rows))
    assert train(paths, task="regression", epochs="30") == 0
    answers = [float(line) for line in served(paths).respond(b"1.5,3\n4.5,3", "text/csv", "").body.split()]
    assert answers == pytest.approx([1015, 1045], abs=3)
    assert OnnxModel(paths.model).signature.labels == ()
    assert (paths.output_data / "residuals.svg").exists()


@pytest.fixture
def no_export(monkeypatch):
    """It takes a while, and is not what the test is about."""
    monkeypatch.setattr(algorithm, "export", lambda network, data: b"model")


def test_every_epoch_is_told_on_a_line_that_the_metrics_regexes_find(paths, capsys, no_export):
    channel(paths, "1,1\n2,2\n" * 10)
    channel(paths, "1,1\n2,2\n" * 10, "validation")
    assert train(paths, task="regression", epochs="3") == 0
    out = capsys.readouterr().out
    assert "\r" not in out
    definitions = json.loads(as_json(algorithm.Hyperparameters, algorithm.METRICS))["MetricDefinitions"]
    regexes = {one["Name"]: one["Regex"] for one in definitions}
    found = {name: len(re.findall(regex, out)) for name, regex in regexes.items()}
    assert found == {
        "train:loss": 4,  # of each epoch, and of the model that is saved
        "train:rmse": 1,
        "train:mae": 1,
        "train:accuracy": 0,
        "validation:loss": 4,
        "validation:rmse": 4,
        "validation:mae": 4,
        "validation:accuracy": 0,
    }


def test_it_ends_when_nothing_gets_better_and_saves_the_best_epoch(paths, capsys, no_export):
    random = np.random.default_rng(0)
    for name in ("training", "validation"):  # noise: the more of it is learnt by heart, the worse
        channel(paths, "\n".join(f"{random.integers(2)},{random.normal()}" for _ in range(100)), name)
    assert train(paths, epochs="1000", patience="4") == 0
    out = capsys.readouterr().out
    best, done = map(int, re.search(r"the model is that of epoch (\d+) of (\d+)", out).groups())
    assert done == best + 4
    losses = re.findall(r"validation:loss=([0-9.]+)", out)
    assert losses[-1] == min(losses)


def test_the_same_seed_gives_the_same_network_and_another_one_another(paths, capsys, no_export):
    told = []
    for seed in ("1", "1", "2"):
        assert train(paths, seed=seed, epochs="5") == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] != told[2]


BAD = [
    ("a,1\n", {}, "every row has the label 'a': a classifier needs at least two to tell apart"),
    ("a,1\n,2\n", {}, "line 2, column 1: the label is missing"),
    ("l,x\na,1\nb,two\n", {}, "line 3, column 2 (x): 'two' is not a number; if the column holds text, name it among"),
    ("a,1\nb,1,2\n", {}, "line 2: 2 features, but there are 1"),
    ("a,1,\nb,2,\n", {}, "column 'feature_2' holds no value in any row; leave it out"),
    ("", {}, "channel 'training' holds no rows"),
    ("1,1\nx,2\n", {"task": "regression"}, "row 2: the label 'x' is no number that can be learnt"),
    ("a,1\nb,2\n", {"categories": '["x"]'}, "there is no column 'x' among feature_1"),
    ("a,1\nb,2\n", {"lr": "0"}, "hyperparameter lr = '0' is refused"),
    ("a,1\nb,2\n", {"task": "ranking"}, "hyperparameter task = 'ranking' is refused"),
]


@pytest.mark.parametrize(("rows", "hyperparameters", "message"), BAD)
def test_data_that_nothing_can_be_learnt_from_is_refused_without_a_model(paths, rows, hyperparameters, message):
    channel(paths, rows)
    refused(paths, message, **hyperparameters)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1,2\n", "channel 'validation' has the columns feature_1, feature_2, but training has feature_1"),
        ("c,1\n", "channel 'validation' has the label 'c', but training has only a, b"),
    ],
)
def test_a_validation_channel_of_another_kind_is_refused(paths, rows, message):
    channel(paths, "a,1\nb,2\n")
    channel(paths, rows, "validation")
    refused(paths, message)


def test_a_checkpoint_of_another_job_is_refused(paths, no_export):
    paths.checkpoints.mkdir()
    assert train(paths, epochs="1") == 0
    (paths.model / "model.onnx").unlink()
    (paths.model / "signature.json").unlink()
    refused(paths, 'its network is {"hidden_size":64,"hidden_layers":2}, but here it is', hidden_size="8")
    channel(paths, "a,1\nb,2\n")
    paths.failure.unlink()
    refused(paths, "its list of columns is feature_1, feature_2, but here it is feature_1")


def refused(paths, message: str, **hyperparameters) -> None:
    assert train(paths, **hyperparameters) == 1
    first_line = paths.failure.read_text().splitlines()[0]
    assert first_line.startswith("Exception during training: ")
    assert message in first_line
    assert list(paths.model.iterdir()) == []
