"""What boosting has in common, whichever framework does it, from files in /opt/ml to a model that answers."""

import json
import re

import numpy as np
import pytest
from framework import BY_HEART, PATIENCE, ROUNDS

import algorithm
from algorithm import OBJECTIVES
from algorithm_jobs import channel, learns_the_column_that_is_chosen, served, train
from byoc.boosting.objectives import Kind
from byoc.serving.onnx_model import OnnxModel
from byoc.training.describe import as_json

NAME = {objective.kind: objective.name for objective in OBJECTIVES}
LOSS, OTHER_LOSS = (objective.loss for objective in OBJECTIVES[:2])


def test_missing_numbers_are_learnt_from_and_answered_in_every_format(paths):
    """Which side of a split they go to is learnt: here, that a missing number is an `a`."""
    channel(paths, "kind,size,width\n" + "a,,1\nb,2,\n" * 10)
    assert train(paths, **BY_HEART) == 0
    model = served(paths)
    assert model.respond(b",1\n2,\n", "text/csv", "").body == b"a\nb\n"
    rows = b'[{"size": null, "width": 1}, [2, null]]'
    assert json.loads(model.respond(rows, "application/json", "").body) == {"predictions": ["a", "b"]}
    assert model.respond(b"width,size\n1,\n", "text/csv", "").body == b"a\n"


def test_a_validation_channel_in_another_order_of_columns_is_scored(paths, capsys):
    channel(paths, "kind,size,width\n" + "a,1,9\nb,2,9\n" * 10)
    channel(paths, "kind,width,size\na,9,1\nb,9,2\n", "validation")
    assert train(paths, **BY_HEART) == 0
    assert "validation:accuracy=1.000000" in capsys.readouterr().out


def test_several_labels_are_told_apart_as_text_and_as_numbers(paths, capsys):
    channel(paths, '"b, ü",1\na,2\nc,3\n' * 4)
    assert train(paths, **BY_HEART) == 0
    assert f"the objective is {NAME[Kind.LABELS]}, by the number of labels: 3" in capsys.readouterr().out
    answer = served(paths).respond(b"[[1], [2], [3]]", "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["b, ü", "a", "c"]}
    channel(paths, "10,1\n9,2\n-1,3\n" * 4)
    assert train(paths, objective=NAME[Kind.LABELS], **BY_HEART) == 0
    assert served(paths).respond(b"1\n2\n3", "text/csv", "").body == b"10\n9\n-1\n"


@pytest.mark.parametrize("objective", [each.name for each in OBJECTIVES if not each.kind.classifies])
def test_numbers_are_learnt_and_a_report_shows_the_residuals(paths, objective):
    rows = np.random.default_rng(0).uniform(1, 5, size=(200, 2))
    channel(paths, "\n".join(f"{10 * a:.3f},{a},{b}" for a, b in rows))
    assert train(paths, objective=objective) == 0
    answers = [float(line) for line in served(paths).respond(b"1.5,3\n4.5,3", "text/csv", "").body.split()]
    assert answers == pytest.approx([15, 45], rel=0.2)
    assert OnnxModel(paths.model).signature.labels == ()
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert (paths.output_data / "residuals.svg").read_text(encoding="utf-8") in page
    assert not (paths.output_data / "confusion_matrix.svg").exists()


def test_one_row_is_enough_for_a_number(paths):
    channel(paths, "7,1\n")
    assert train(paths, objective=NAME[Kind.NUMBER]) == 0
    assert float(served(paths).respond(b"1", "text/csv", "").body) == pytest.approx(7)


def test_every_round_is_told_on_a_line_that_the_metrics_regexes_find(paths, capsys):
    channel(paths, "a,1\nb,2\n" * 10, "validation")
    channel(paths, "a,1\nb,2\n" * 10)
    assert train(paths, **BY_HEART | {ROUNDS: "3"}) == 0
    out = capsys.readouterr().out
    assert "\r" not in out
    definitions = json.loads(as_json(algorithm.Hyperparameters, algorithm.METRICS))["MetricDefinitions"]
    regexes = {one["Name"]: one["Regex"] for one in definitions}
    for name in (f"train:{LOSS}", f"validation:{LOSS}"):
        values = re.findall(regexes[name], out)
        assert len(values) == 4  # a line a round, and of the model that is saved
        assert values[3] == values[2]
    assert re.findall(regexes["validation:accuracy"], out) == ["1.000000"]
    assert re.findall(regexes[f"train:{OTHER_LOSS}"], out) == []


def test_it_ends_when_nothing_gets_better_and_saves_the_best_round(paths, capsys):
    random = np.random.default_rng(0)
    for name in ("training", "validation"):  # noise: each further round makes it worse
        channel(paths, "\n".join(f"{random.integers(2)},{random.normal()}" for _ in range(200)), name)
    assert train(paths, **BY_HEART | {ROUNDS: "1000", PATIENCE: "4"}) == 0
    out = capsys.readouterr().out
    best, done = map(int, re.search(r"the model is that of round (\d+) of (\d+)", out).groups())
    assert done == best + 4
    scores = re.findall(rf"validation:{LOSS}=([0-9.]+)", out)
    assert scores[-1] == min(scores)
    lines = (paths.data / "validation/rows.csv").read_text().split()
    labels, rows = zip(*(line.split(",") for line in lines), strict=True)
    accept = 'application/json; output="probabilities"'
    answer = served(paths).respond("\n".join(rows).encode(), "text/csv", accept)
    shares = json.loads(answer.body)["predictions"]
    told = [share[int(label)] for label, share in zip(labels, shares, strict=True)]
    assert -np.log(told).mean() == pytest.approx(float(scores[-1]), abs=1e-5)


def test_a_constant_column_and_a_label_seen_once_are_borne(paths):
    channel(paths, "a,1,7\n" * 20 + "b,2,7\n" * 20 + "once,3,7\n")
    assert train(paths, objective=NAME[Kind.LABELS]) == 0
    assert OnnxModel(paths.model).signature.labels == ("a", "b", "once")


def test_a_column_that_is_chosen_is_learnt_and_what_is_ignored_is_no_feature(paths):
    learns_the_column_that_is_chosen(paths, **BY_HEART)


def test_without_a_channel_validation_rows_are_held_out_and_shown(paths, capsys):
    """Of noise, which is learnt by heart and tells nothing of other rows."""
    random = np.random.default_rng(0)
    channel(paths, "\n".join(f"{'ab'[random.integers(2)]},{random.normal()},{random.normal()}" for _ in range(400)))
    assert train(paths, **BY_HEART | {ROUNDS: "40"}) == 0
    out = capsys.readouterr().out
    assert re.search(r"held_out is the score of (79|80|81) rows that a further training left out; the model is", out)
    told = {name: float(value) for name, value in re.findall(r"^(\w+:accuracy)=([0-9.]+)$", out, re.MULTILINE)}
    assert told["train:accuracy"] > 0.9
    assert 0.3 < told["held_out:accuracy"] < 0.7
    assert "warning" not in out
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "Confusion matrix, held-out data" in page
    assert f"<td>held_out:accuracy</td><td>{told['held_out:accuracy']:.4f}</td>" in page


def test_numbers_are_held_out_too(paths, capsys):
    rows = np.random.default_rng(0).uniform(1, 5, size=(200, 2))
    channel(paths, "\n".join(f"{10 * a:.3f},{a},{b}" for a, b in rows))
    assert train(paths, objective=NAME[Kind.NUMBER]) == 0
    told = dict(re.findall(r"^(\w+:rmse)=([0-9.]+)$", capsys.readouterr().out, re.MULTILINE))
    assert 0 < float(told["train:rmse"]) < float(told["held_out:rmse"]) < 5
    assert "Actual and predicted, held-out data" in (paths.output_data / "report.html").read_text(encoding="utf-8")
