"""What networks of any framework have in common, from files in /opt/ml to a model that answers, undisturbed or not."""

import json
import re
import shutil
import signal

import numpy as np
import onnx
import pytest
from framework import DROPPING, QUICK, STILL

import algorithm
from algorithm_jobs import channel, learns_the_column_that_is_chosen, refused, served, train
from byoc import notices
from byoc.serving.onnx_model import OnnxModel
from byoc.training import job, runner
from byoc.training.describe import as_json
from equal_values import equal_everywhere
from jobs import signalled

EPOCHS = 30  # of a training that is killed midway


@pytest.mark.parametrize("named", [{"categories": '["a b"]'}, {}], ids=["named", "found out"])
def test_labels_and_categories_as_awkward_as_they_come_survive_and_a_label_may_be_rare(paths, named):
    rows = 'l,"a b",same\n' + '"x, y","ja, ""sí""",7\n"é",,7\n' * 15 + "once,neither,7\n"
    channel(paths, rows)
    channel(paths, 'l,same,"a b"\n"é",7,\n', "validation")  # one row, of other order
    assert train(paths, **(QUICK | {"epochs": "20"} | named)) == 0
    body = [{"a b": 'ja, "sí"', "same": 7}, {"a b": None, "same": None}, ["", 1e30]]
    answer = served(paths).respond(json.dumps(body).encode(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["x, y", "é", "é"]}
    assert OnnxModel(paths.model).signature.labels == ("once", "x, y", "é")


def test_numbers_are_learnt_and_a_report_shows_the_residuals(paths, capsys):
    random = np.random.default_rng(0)
    rows = random.uniform(1, 5, size=(200, 2))
    channel(paths, "\n".join(f"{1000 + 10 * a:.3f},{a},{b}" for a, b in rows))
    assert train(paths, **(QUICK | {"task": "regression", "epochs": "30"})) == 0
    answers = [float(line) for line in served(paths).respond(b"1.5,3\n4.5,3", "text/csv", "").body.split()]
    assert answers == pytest.approx([1015, 1045], abs=3)
    assert OnnxModel(paths.model).signature.labels == ()
    assert (paths.output_data / "residuals.svg").exists()
    assert "warning: every score is of rows that the model was trained on" in capsys.readouterr().out


@pytest.fixture
def no_export(monkeypatch):
    """It takes a while, and is not what the test is about."""
    monkeypatch.setattr("network.export", lambda network, data: b"model")


def test_every_epoch_is_told_on_a_line_that_the_metrics_regexes_find(paths, capsys, no_export):
    channel(paths, "1,1\n2,2\n" * 10)
    channel(paths, "1,1\n2,2\n" * 10, "validation")
    assert train(paths, **(QUICK | {"task": "regression", "epochs": "3"})) == 0
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


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_an_epochs_loss_is_the_mean_over_its_rows(paths, capsys, no_export, task):
    channel(paths, "".join(f"{number % 3},{number % 7}\n" for number in range(21)))  # the last step has fewer rows
    assert train(paths, **(QUICK | STILL | {"task": task, "epochs": "1", "hidden_layers": "0"})) == 0
    of_epoch, of_model = map(float, re.findall(r"train:loss=([0-9.]+)", capsys.readouterr().out))
    assert of_epoch == pytest.approx(of_model, abs=1e-5)


def test_much_is_left_out_of_training_but_nothing_of_the_answers(paths, capsys, no_export):
    rows = "a,1\nb,2\na,3\nb,4\n"
    channel(paths, rows)
    channel(paths, rows, "validation")
    assert train(paths, **(QUICK | STILL | DROPPING | {"epochs": "3"})) == 0
    out = capsys.readouterr().out
    learning, answering = (re.findall(rf"{name}:loss=([0-9.]+)", out)[:3] for name in ("train", "validation"))
    assert len(set(learning)) == 3
    assert len(set(answering)) == 1


def test_it_ends_when_nothing_gets_better_and_saves_the_best_epoch(paths, capsys, no_export):
    random = np.random.default_rng(0)
    for name in ("training", "validation"):  # noise: the more of it is learnt by heart, the worse
        channel(paths, "\n".join(f"{random.integers(2)},{random.normal()}" for _ in range(100)), name)
    assert train(paths, **(QUICK | {"epochs": "1000", "patience": "4"})) == 0
    out = capsys.readouterr().out
    best, done = map(int, re.search(r"the model is that of epoch (\d+) of (\d+)", out).groups())
    assert done == best + 4
    losses = re.findall(r"validation:loss=([0-9.]+)", out)
    assert losses[-1] == min(losses)


def test_the_same_seed_gives_the_same_network_and_another_one_another(paths, capsys, no_export):
    told = []
    for seed in ("1", "1", "2"):
        notices._given.clear()  # each is a job of its own
        assert train(paths, **(QUICK | {"seed": seed, "epochs": "5"})) == 0
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] != told[2]


def test_a_checkpoint_of_another_job_is_refused(paths, no_export):
    paths.checkpoints.mkdir()
    assert train(paths, **(QUICK | {"epochs": "1"})) == 0
    (paths.model / "model.onnx").unlink()
    (paths.model / "signature.json").unlink()
    refused(paths, "is of another job: its network is ", **QUICK, hidden_layers="1")
    channel(paths, "a,1\nb,2\n")
    paths.failure.unlink()
    refused(paths, "its list of columns is feature_1, feature_2, but here it is feature_1", **QUICK)
    channel(paths, "a,1,10\nb,2,20\nc,1.5,11\nb,2.5,21\n")
    paths.failure.unlink()
    refused(paths, "its label is one of 2: 'a', 'b', but here it is one of 3: 'a', 'b', 'c'; give", **QUICK)


@pytest.fixture
def example(paths, project):
    """The example as a job with checkpoints."""
    shutil.rmtree(paths.base / "input")
    shutil.copytree(project / "local_test/test_dir/input", paths.base / "input")
    hyperparameters = json.loads((paths.config / "hyperparameters.json").read_text())
    told = {**hyperparameters, "epochs": str(EPOCHS), "patience": "None", **DROPPING}
    (paths.config / "hyperparameters.json").write_text(json.dumps(told))
    paths.checkpoints.mkdir()
    return paths


def model(paths) -> list[bytes]:
    """What a run in this process leaves, which goes: all that is in its model, but for names, which may count on."""
    assert runner.run(lambda: algorithm) == 0
    content = sorted(one.raw_data for one in onnx.load(paths.model / "model.onnx").graph.initializer)
    shutil.rmtree(paths.model)
    paths.model.mkdir()
    return content


def test_a_killed_job_ends_with_the_model_that_it_would_have_had_byte_for_byte(example, project, capsys):
    assert signalled(example, project / "program", signal.SIGKILL, f"epoch 12 of {EPOCHS}") == -signal.SIGKILL
    assert not list(example.model.iterdir())
    resumed = model(example)
    log = capsys.readouterr().out.splitlines()
    step = int(next(line for line in log if line.startswith("resuming")).split("step ")[1].split(":")[0])
    assert 11 <= step < EPOCHS
    assert next(line for line in log if line.startswith("epoch")).startswith(f"epoch {step + 1} of {EPOCHS}: ")
    finished = model(example)  # goes on from the last epoch
    assert not [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    shutil.rmtree(example.checkpoints)  # and one that nothing disturbs, and that keeps no checkpoints
    assert resumed == finished == model(example)


def test_a_stopped_job_leaves_a_model_and_a_checkpoint_to_go_on_from(example, monkeypatch, capsys):
    monkeypatch.setattr(job.Job, "stopping", property(lambda job: len(list(example.checkpoints.iterdir())) >= 3))
    model(example)
    assert "the model is that of epoch " in capsys.readouterr().out
    assert sorted(int(file.stem.split("-")[1]) for file in example.checkpoints.iterdir()) == [1, 2, 3]


def test_categories_that_are_equal_are_the_same_however_they_are_written(paths):
    equal_everywhere(paths, **QUICK | {"epochs": "60"})


def test_a_column_that_is_chosen_is_learnt_and_what_is_ignored_is_no_feature(paths):
    learns_the_column_that_is_chosen(paths, **QUICK)
