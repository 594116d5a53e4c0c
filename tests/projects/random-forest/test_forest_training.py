"""Training end to end, from files in /opt/ml to a model that answers rows of numbers and categories."""

import json

import pytest

import algorithm
import algorithm_jobs
from algorithm_jobs import (
    answers_its_payloads,
    channel,
    learns_the_column_that_is_chosen,
    left,
    model_and_report,
    refused,
    report,
    served,
)
from byoc.serving import batch
from byoc.serving.onnx_model import OnnxModel
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from equal_values import equal_everywhere, many_numbers_as_labels_are_asked_about, told_is_served

ROWS = "kind,size,colour\n" + "".join(f"{'ab'[n % 2]},{n % 2 * 10 + n},{('red', '')[n % 2]}\n" for n in range(20))


def train(paths, **hyperparameters) -> int:
    return algorithm_jobs.train(paths, **{"n_estimators": "10"} | hyperparameters)


@pytest.fixture(scope="module")
def penguins(trained) -> Predictor:
    return served(trained)


def test_the_example_trains_and_answers_its_payloads(trained):
    answers_its_payloads(trained, "Adelie", "Chinstrap", "Gentoo")


def test_a_header_tells_the_order_of_the_columns_and_gets_no_answer(penguins, project):
    body = (project / "local_test/payload.csv").read_bytes()
    names = [feature.name for feature in penguins.signature.features]
    expected = penguins.respond(body, "text/csv", "").body
    turned = "".join(",".join(line.split(",")[::-1]) + "\n" for line in body.decode().splitlines())
    for sent in (",".join(names) + "\n" + body.decode(), ",".join(names[::-1]) + "\n" + turned):
        assert penguins.respond(sent.encode(), "text/csv", "").body == expected


@pytest.mark.parametrize("records", ["refuse", "mark"])
def test_a_header_holds_for_every_piece_of_a_large_body(trained, monkeypatch, records):
    monkeypatch.setattr(batch, "PIECE", 100)
    predictor = Predictor(trained.model, Settings.from_environment({"BYOC_BAD_RECORDS": records}))
    names = [feature.name for feature in predictor.signature.features][::-1]
    rows = ["male,3750,181,18.7,39.1,Torgersen", "female,4500,211,13.2,46.1,Biscoe"] * 10
    answer = predictor.respond("\n".join([",".join(names), *rows]).encode(), "text/csv", "")
    assert answer.body.split() == [b"Adelie", b"Gentoo"] * 10
    answer = predictor.respond("\n".join([",".join(names), *rows, "x,x,x,x,x,x"]).encode(), "text/csv", "")
    if records == "mark":
        assert answer.body.split() == [b"Adelie", b"Gentoo"] * 10 + [b"ERROR"]
    else:
        assert answer.body == b'row 21, column 2 (bill_length_mm) is "x", not a number\n'


def test_a_job_leaves_the_model_the_signature_and_the_report_and_nothing_else(trained):
    assert left(trained) == model_and_report("calibration", "confusion_matrix", "importance", "roc")
    island, bill, *_, sex = OnnxModel(trained.model).signature.features
    assert (island.dtype, island.categories, island.missing) == ("str", ("Biscoe", "Dream", "Torgersen"), True)
    assert (bill.dtype, bill.example, bill.missing) == ("float32", 39.1, True)
    assert sex.categories == ("female", "male")


def test_the_report_stands_on_its_own_and_holds_everything(trained):
    page = report(trained)
    assert "<td>sex</td><td>11</td><td>female, male</td>" in page
    assert "<td>bill_length_mm</td><td>2</td><td>32.1</td><td>44.45</td><td>59.6</td>" in page


@pytest.mark.parametrize("named", [{"categories": '["colour"]'}, {}], ids=["named", "found out"])
def test_metrics_are_printed_and_a_validation_channel_in_another_order_is_scored(paths, capsys, named):
    channel(paths, ROWS)
    channel(paths, "kind,colour,size\na,red,4\nb,,15\nb,red,2\n", "validation")
    assert train(paths, **named) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "training on 20 rows of 2 features"
    assert [line.split("=")[0] for line in out[1:]] == ["train:accuracy", "validation:accuracy", "oob:accuracy"]
    assert {line.split("=")[0] for line in out[1:]} <= set(algorithm.METRICS)
    assert "validation:accuracy=0.666667" in out
    assert "Confusion matrix, validation data" in (paths.output_data / "report.html").read_text()


def test_a_label_that_only_the_validation_channel_has_counts_as_wrong(paths, capsys):
    channel(paths, "".join(f"{n % 2},{n % 2 * 100 + n}\n" for n in range(20)))
    channel(paths, "0,2\n1,115\nx,115\n", "validation")
    assert train(paths) == 0
    assert "validation:accuracy=0.666667" in capsys.readouterr().out


def test_rows_that_every_tree_saw_are_judged_with_the_training_data(paths, capsys):
    channel(paths, "a,1\nb,2\n")
    assert train(paths, n_estimators="1", random_state="0") == 0  # whose sample is the two rows
    assert "oob" not in capsys.readouterr().out
    assert "Confusion matrix, training data" in (paths.output_data / "report.html").read_text()


def test_awkward_labels_names_and_categories_survive_from_training_to_the_answer(paths):
    channel(paths, 'l,"a b","a_b","<größe>"\n' + '"x, y","ja, ""sí""",,1\n"é",nein,z,2\n' * 8)
    assert train(paths, categories='["a b", "a_b"]') == 0
    predictor = served(paths)
    rows = [{"a b": 'ja, "sí"', "a_b": None, "<größe>": 1}, {"a b": "nein", "a_b": "z", "<größe>": None}]
    answer = predictor.respond(json.dumps(rows).encode(), "application/json", "")
    assert json.loads(answer.body) == {"predictions": ["x, y", "é"]}


@pytest.mark.parametrize("content", ["a,red\nb,blue\n" * 5, "a,red,1\nb,blue,1\n" * 5])
def test_categories_alone_and_a_constant_column_are_enough(paths, content):
    channel(paths, content if "1" in content else "l,feature_1\n" + content)
    assert train(paths, categories='["feature_1"]') == 0
    row = b'[["blue", 1]]' if "1" in content else b'[["blue"]]'
    predictor = served(paths)
    assert predictor.respond(row, "application/json", "").body == b'{"predictions": ["b"]}\n'


def test_a_label_seen_once_is_learnt(paths):
    channel(paths, ROWS + "rare,100,blue\n")
    assert train(paths, categories='["colour"]') == 0
    assert OnnxModel(paths.model).signature.labels == ("a", "b", "rare")
    assert "<td>rare</td><td>1</td>" in (paths.output_data / "report.html").read_text()


def test_numbers_alone_need_no_header_and_may_be_missing(paths):
    channel(paths, "0,1,\n1,9,5\n" * 8)
    assert train(paths) == 0
    predictor = served(paths)
    assert predictor.respond(b"1,\n9,5\n,", "text/csv", "").body.split()[:2] == [b"0", b"1"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("l,size,colour\na,1,red\na,2,red\n", "every row has the label 'a': a classifier needs at least two"),
        ("l,size,colour\na,1,red\n", "every row has the label 'a': a classifier needs at least two"),
        ("l,size,colour\na,1,red\nb,two,red\n", "line 3, column 2 (size): 'two' is not a number; if the column holds"),
        ("l,size,colour\na,,red\nb,,red\n", "column 'size' holds no value in any row; leave it out"),
        ("l,size,colour\na,1,\nb,1,\n", "column 'colour' holds no value in any row; leave it out"),
        ("l,size,color\na,1,red\n", "there is no column 'colour' among size, color"),
        ("l,size,colour\n,1,red\n", "line 2, column 1: the label is missing"),
        ("l,size,colour\n", "channel 'training' holds no rows"),
        ("", "channel 'training' holds no rows"),
    ],
)
def test_data_that_no_forest_can_be_trained_on_is_refused_without_a_model(paths, rows, message):
    channel(paths, rows)
    refused(paths, message, categories='["colour"]')


def test_a_validation_channel_with_other_columns_is_refused(paths):
    channel(paths, ROWS)
    channel(paths, "kind,size,colour,more\na,1,red,1\n", "validation")
    message = "rows.csv, line 1: column 'more' is none of those that training has: size, colour"
    refused(paths, message, categories='["colour"]')


def test_the_same_random_state_gives_the_same_model(paths):
    channel(paths, ROWS)
    models = []
    for _ in range(2):
        assert train(paths, categories='["colour"]') == 0
        models.append((paths.model / "model.onnx").read_bytes())
    assert models[0] == models[1]


def test_categories_that_are_equal_are_the_same_however_they_are_written(paths):
    equal_everywhere(paths, n_estimators="10")


def test_what_training_tells_is_what_is_served_where_float32_loses_digits(paths, capsys):
    told_is_served(paths, capsys, n_estimators="10")


def test_a_column_that_is_chosen_is_learnt_and_what_is_ignored_is_no_feature(paths):
    learns_the_column_that_is_chosen(paths)


def test_so_many_numbers_as_labels_are_asked_about(paths):
    many_numbers_as_labels_are_asked_about(paths)
