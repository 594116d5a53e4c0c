"""Fine-tuning a classifier end to end, from files in /opt/ml to a model that answers texts, and what it refuses."""

import io
import json
import re
import shutil
import signal

import numpy as np
import pytest
import torch

import algorithm
import jobs
import predictor as handlers
from algorithm_jobs import channel, left, report, served, train
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.training import job


@pytest.fixture
def with_base(paths, project):
    shutil.copytree(project / "local_test/test_dir/input/data/model", paths.data / "model")
    (paths.data / "training" / "rows.csv").unlink()
    return paths


def failure(paths) -> str:
    assert list(paths.model.iterdir()) == []
    return paths.failure.read_text().splitlines()[0]


def test_the_example_trains_and_answers_its_payloads(trained, project):
    predictor = served(trained)
    folder = project / "local_test"
    assert (
        predictor.respond((folder / "payload.csv").read_bytes(), "text/csv", "").body
        == (folder / "expected.csv").read_bytes()
    )
    answer = json.loads(predictor.respond((folder / "inputs.json").read_bytes(), "application/json", "").body)
    assert [found["label"] for found in answer] == ["satire", "jargon"]


def test_a_job_leaves_what_serves_and_the_report_and_nothing_else(trained):
    pictures = {"calibration.svg", "confusion_matrix.svg", "learning_curves.svg", "roc.svg"}
    assert left(trained) == {
        *(f"model/{name}" for name in ("model.onnx", "signature.json", "tokenizer.json")),
        *(f"output/data/{name}" for name in pictures | {"report.html"}),
    }
    page = report(trained)
    for heading in ("The surest mistakes, validation data", "Tokens of a training text", "ROC", "Calibration", "Loss"):
        assert heading in page


def test_a_killed_job_ends_with_the_model_that_it_would_have_had(paths, project, run_train, trained):
    shutil.rmtree(paths.base / "input")
    shutil.copytree(trained.base / "input", paths.base / "input")
    paths.checkpoints.mkdir()
    hyperparameters = json.loads((paths.config / "hyperparameters.json").read_text())
    # In the midst of an epoch, too: the last steps before the end of the second.
    (paths.config / "hyperparameters.json").write_text(json.dumps({**hyperparameters, "save_steps": "40"}))
    assert jobs.signalled(paths, project / "program", signal.SIGKILL, "step 40 of 150: ") == -signal.SIGKILL
    assert not list(paths.model.iterdir())
    run = run_train(paths)
    assert run.returncode == 0, run.stderr
    log = run.stdout.splitlines()
    step = int(next(line for line in log if line.startswith("resuming")).split("step ")[1].split(":")[0])
    assert step >= 40
    assert next(line for line in log if line.startswith("step")).split()[1] == str(60 if step < 60 else step + 30)
    for name in ("model.onnx", "tokenizer.json", "signature.json"):
        assert (paths.model / name).read_bytes() == (trained.model / name).read_bytes()


def test_labels_that_are_numbers_one_of_them_seen_once_and_texts_of_all_kinds(with_base, capsys):
    texts = ['"a, ""b""\nc"', "日本語 😀 e\u0301", "a" * 5000, "a", "a"]
    channel(with_base, "label,text\n" + "".join(f"{n % 2 * 10},{text}\n" for n, text in enumerate(texts)) + "7,x\n")
    channel(with_base, "text,label\n7,a\n".replace("text,label", "label,text"), "validation")
    assert train(with_base, num_train_epochs="1", per_device_train_batch_size="4") == 0
    out = capsys.readouterr().out
    assert "training on 6 texts of 3 labels\n" in out
    assert re.search(r"^step 2 of 2: train:loss=\S+ validation:loss=\S+ validation:accuracy=[01]\.0+$", out, re.M)
    printed = [line.split("=")[0] for line in out.splitlines() if re.match("(train|validation):", line)]
    assert printed == ["train:loss", "train:accuracy", "validation:loss", "validation:accuracy"]
    assert set(printed) <= set(algorithm.METRICS)
    predictor = Predictor(with_base.model, Settings.from_environment({}), handlers)
    answer = predictor.respond(b'{"inputs": "a", "parameters": {"top_k": null}}', "application/json", "")
    found = json.loads(answer.body)
    assert {one["label"] for one in found} == {"0", "7", "10"}
    assert np.isclose(sum(one["score"] for one in found), 1)
    assert predictor.respond(b"a", "text/csv", "").body.strip() in (b"0", b"7", b"10")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("label,text\na,x\na,y\n", "every row has the label 'a': a classifier needs at least two"),
        ("label,text\na,x\nb,\n", "channel 'training', row 2: the text is missing"),
        ("label,text\n,x\n", "line 2, column 1: the label is missing"),
        ("label,text,more\na,x,1\n", "channel 'training' has the columns text, more: only text is used"),
        ("a,x\nb,y\n", "there is no column 'text' among x"),
        ("label,text\na,x,y\n", "2 features, but there are 1: text"),
        ("label,text\n", "channel 'training' holds no rows"),
        ("", "channel 'training' holds no rows"),
    ],
)
def test_texts_that_cannot_be_learnt_are_refused_without_a_model(with_base, rows, message):
    channel(with_base, rows)
    assert train(with_base) == 1
    assert message in failure(with_base)


def test_numbers_are_not_taken_for_labels(with_base):
    channel(with_base, "label,text\n0.5,x\n0.75,y\n")
    assert train(with_base) == 1
    assert "tells labels apart, but 0.5 is a number: no numbers are learnt here, or if they" in failure(with_base)


def test_a_label_that_only_validation_has_is_refused(with_base):
    channel(with_base, "label,text\na,x\nb,y\n")
    channel(with_base, "label,text\nc,x\n", "validation")
    assert train(with_base) == 1
    assert "channel 'validation' has the label 'c', but training has only a, b" in failure(with_base)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: shutil.rmtree(folder), "channel 'model' is missing: it brings the base model, a folder as"),
        (lambda folder: (folder / "config.json").unlink(), "channel 'model' holds no config.json"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "berd"}'), "berd"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x"), "cannot be loaded by AutoModel"),
        (lambda folder: (folder / "tokenizer.json").write_text("x"), "cannot be loaded by AutoTokenizer"),
    ],
)
def test_a_base_model_that_is_not_whole_is_refused(with_base, spoil, message):
    channel(with_base, "label,text\na,x\nb,y\n")
    spoil(with_base.data / "model")
    assert train(with_base) == 1
    assert message in failure(with_base)


def test_a_checkpoint_of_other_data_is_refused(with_base):
    channel(with_base, "label,text\na,x\nb,y\n")
    with_base.checkpoints.mkdir()
    content = io.BytesIO()
    torch.save({"examples": 3}, content)
    job.Job(with_base).checkpoints.save(1, content.getvalue())
    assert train(with_base) == 1
    assert "is of another job: it is of 3 examples, but there are 2; give this one a folder of" in failure(with_base)
