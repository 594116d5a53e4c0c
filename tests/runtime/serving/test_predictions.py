"""What a predict_fn may return, and what the answer is: a row for each row, and JSON that is JSON (S-40, S-43)."""

import io
import json
import math

import numpy as np
import pytest

from byoc.serving.predictor import Predictor
from byoc.settings import Settings

MODEL = """
import math
import numpy as np

class Model:
    feature_names = ["a", "b"]

def model_fn(model_dir):
    return Model()

"""
# What pandas' classes have in common with these is all that is looked at.
TABLES = """
class Series:
    def __init__(self, values): self.values = values
    def __array__(self, dtype=None, copy=None): return np.array(self.values, dtype=object)

class DataFrame:
    def __init__(self, columns): self.columns, self.series = list(columns), columns
    def __getitem__(self, name): return Series(self.series[name])
    def to_dict(self): raise AssertionError

"""
CSV, JSON, LINES, NPY = "text/csv", "application/json", "application/jsonlines", "application/x-npy"
MUST = "it must return one prediction for each row: an array, a list, a Series, a DataFrame, or a dict of lists"
OWN = "{'score': [0.5, 1], 'why': ['x', None]}"


@pytest.fixture
def respond(tmp_path, predictor_py):
    def respond(returned: str, accept: str = CSV, body: bytes = b"1,2\n3,4\n", more: str = "", **environment: str):
        module = predictor_py(f"{MODEL}{TABLES}{more}def predict_fn(data, model): return {returned}\n")
        return Predictor(tmp_path, Settings.from_environment(environment), module).respond(body, CSV, accept)

    return respond


@pytest.mark.parametrize(
    "returned",
    ["[0.5, 1]", "(0.5, 1)", "np.array([0.5, 1])", "Series([0.5, 1])", "[np.float32(0.5), np.int64(1)]",
     "{'predictions': [0.5, 1]}", "DataFrame({'predictions': [0.5, 1]})"],
)  # fmt: skip
def test_numbers_may_come_as_whatever_holds_one_for_each_row(respond, returned):
    assert [float(line) for line in respond(returned).body.split()] == [0.5, 1]
    assert json.loads(respond(returned, JSON).body) == {"predictions": [0.5, 1]}
    assert np.load(io.BytesIO(respond(returned, NPY).body)).tolist() == [0.5, 1]


@pytest.mark.parametrize(
    "returned", [OWN, f"DataFrame({OWN})", "[{'score': 0.5, 'why': 'x'}, {'score': 1, 'why': None}]"]
)
def test_names_of_ones_own_are_kept(respond, returned):
    rows = [{"score": 0.5, "why": "x"}, {"score": 1, "why": None}]
    assert json.loads(respond(returned, JSON).body) == {"predictions": rows}
    assert [json.loads(line) for line in respond(returned, LINES).body.splitlines()] == rows
    assert respond(returned).body == b"0.5,x\n1,\n"


def test_one_name_of_ones_own_is_kept_too(respond):
    assert json.loads(respond("{'risk': [0.5, 1]}", JSON).body) == {"predictions": [{"risk": 0.5}, {"risk": 1}]}


def test_a_classifiers_dict_may_hold_plain_lists(respond):
    returned = "{'predicted_label': ['x', 'y'], 'probabilities': [[0.75, 0.25], [0.5, 0.5]], 'labels': ['x', 'y']}"
    assert respond(returned).body == b"x\ny\n"
    assert respond(returned, f"{CSV}; output=probability").body == b"0.75\n0.5\n"
    assert respond(returned, f"{CSV}; output=score").body == b"0.25\n0.5\n"
    answer = respond(returned, f'{JSON}; output="labels, probabilities"')
    assert json.loads(answer.body)["predictions"][0] == {"labels": ["x", "y"], "probabilities": [0.75, 0.25]}


@pytest.mark.parametrize("scores", ["[[0.75, 0.25], [0.25, 0.75]]", "np.array([[0.75, 0.25], [0.25, 0.75]])"])
def test_of_a_classifier_without_labels_of_its_own_the_most_probable_is_the_label(respond, scores):
    returned = f"{{'probabilities': {scores}, 'labels': ('x', 'y')}}"
    assert respond(returned).body == b"x\ny\n"
    answer = respond(returned, f'{JSON}; output="predicted_label,score"')
    assert json.loads(answer.body)["predictions"][1] == {"predicted_label": "y", "score": 0.75}
    own = json.loads(respond("{'probabilities': [0.5, 1], 'labels': ['x', 'y']}", JSON).body)  # names of one's own
    assert own == {"predictions": [{"probabilities": 0.5, "labels": "x"}, {"probabilities": 1, "labels": "y"}]}


def test_an_output_that_a_dict_lacks_is_406_and_names_those_it_has(respond):
    answer = respond("{'predicted_label': ['x', 'y'], 'why': [1, 2]}", f"{CSV}; output=probability")
    assert answer.body == b"there is no output 'probability'; predict_fn returned predicted_label, why\n"
    assert answer.status == 406


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("[1]", "1 predictions for 2 rows"),
        ("np.ones((3, 2))", "3 predictions for 2 rows"),
        ("Series([1])", "1 predictions for 2 rows"),
        ("{'score': [1, 2], 'why': ['x']}", "1 predictions for 2 rows"),
        ("{'predicted_label': np.array(['x']), 'probabilities': [[1]], 'labels': (1,)}", "1 predictions for"),
        ("'ab'", "str"),
        ("b'ab'", "bytes"),
        ("0.5", "float"),
        ("np.float64(0.5)", "float64"),
        ("np.array(7)", "ndarray"),
        ("{'score': 0.5}", "float as 'score'"),
        ("{'why': 'ab'}", "str as 'why'"),
        ("{1, 2}", "set"),
        ("{}", "an empty dict or table"),
        ("[object(), 1]", "object in a row, which must be numbers or texts"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", [CSV, JSON, LINES, NPY])
@pytest.mark.parametrize("wait", ["0", "2"], ids=["alone", "micro-batches"])
def test_what_is_no_prediction_for_each_row_is_500_and_names_the_handler(respond, returned, told, accept, wait):
    answer = respond(returned, accept, BYOC_MICRO_BATCH_MS=wait)
    start = f"the model failed on this request: TypeError: predict_fn returned {told}"
    assert (answer.status, answer.body.decode()[: len(start)]) == (500, start)
    assert answer.body.count(b"\n") == 1
    assert MUST in answer.body.decode() or "in a row" in told


def test_in_a_batch_transform_job_too(respond):
    assert respond("[1]", SAGEMAKER_BATCH="true").status == 500


def test_of_a_model_with_predict_that_is_named(tmp_path, predictor_py):
    source = MODEL.replace("    feature_names", "    def predict(self, rows): return 'ab'\n    feature_names")
    predictor = Predictor(tmp_path, Settings.from_environment({}), predictor_py(source))
    assert b"TypeError: the model's predict returned str; it must" in predictor.respond(b"1,2", CSV, "").body


def test_how_many_rows_an_input_fn_of_ones_own_gives_is_its_own_affair(respond):
    more = "def input_fn(body, content_type): return np.zeros((224, 224))\n"
    assert respond("['cat']", more=more).body == b"cat\n"
    assert respond("'cat'", more=more).status == 500


@pytest.mark.parametrize("number", ["math.nan", "math.inf", "-math.inf", "np.float32('nan')"])
@pytest.mark.parametrize("form", ["[1.5, {}]", "np.array([1.5, {}])", "{{'predictions': [1.5, {}]}}"])
def test_what_is_no_number_is_null_in_every_format_and_told_in_the_log(respond, number, form):
    returned = form.format(number)
    answers = {accept: respond(returned, accept) for accept in (CSV, JSON, LINES, NPY)}
    assert answers[CSV].body == b'1.5\n""\n'
    assert answers[JSON].body == b'{"predictions": [1.5, null]}\n'
    assert answers[LINES].body == b'{"predictions": 1.5}\n{"predictions": null}\n'
    assert np.isnan(np.load(io.BytesIO(answers[NPY].body))).tolist() == [False, True]
    value = {"math.inf": "inf", "-math.inf": "-inf"}.get(number, "nan")
    told = f"row 2 has predictions = {value}; NaN and infinity are answered as null"
    assert {answer.remark for answer in answers.values()} == {told}
    assert {answer.status for answer in answers.values()} == {200}


def test_so_it_is_within_rows_and_names_of_ones_own(respond):
    answer = respond("{'scores': [[0.5, math.nan], [1, 2]], 'why': ['x', {'deep': [math.inf]}]}", LINES)
    lines = [{"scores": [0.5, None], "why": "x"}, {"scores": [1, 2], "why": {"deep": [None]}}]
    assert [json.loads(line) for line in answer.body.splitlines()] == lines
    assert answer.remark.startswith("row 1 has scores = ")


def test_large_numbers_whose_sum_is_infinite_are_numbers(respond):
    assert json.loads(respond("[1e308, 1e308]", JSON).body) == {"predictions": [1e308, 1e308]}
    assert json.loads(respond("[10**400, 1]", JSON).body) == {"predictions": [10**400, 1]}


def test_in_a_large_body_the_row_that_is_told_is_that_of_the_whole(respond, monkeypatch):
    monkeypatch.setattr("byoc.serving.batch.PIECE", 8)
    answer = respond(
        "np.where(data[:, 0] > 8, np.nan, data[:, 0])", body=b"1,2\nx,2\n3,4\n9,1\n9,2\n", BYOC_BAD_RECORDS="mark"
    )
    assert answer.body == b'1.0\nERROR\n3.0\n""\n""\n'
    assert "; row 4 has predictions = nan; NaN and infinity are answered as null" in answer.remark


@pytest.mark.parametrize(
    "handler", ["output_fn(prediction, accept)", "transform_fn(model, body, content_type, accept)"]
)
@pytest.mark.parametrize(("kind", "body"), [(JSON, "[1, NaN]"), (LINES, '{"a": 1}\\n{"a": -Infinity}\\n')])
def test_a_handlers_json_that_is_none_is_a_fault_that_names_it(respond, handler, kind, body):
    answer = respond("[1, 2]", kind, more=f"def {handler}: return '{body}'\n")
    name, token = handler.partition("(")[0], "NaN" if kind == JSON else "-Infinity"
    told = f"TypeError: {name} wrote {token} into {kind}, which is no JSON; write null, or a number\n"
    assert (answer.status, answer.body.decode()) == (500, f"the model failed on this request: {told}")


def test_a_handlers_json_may_speak_of_nan(respond):
    for body, kind in (('{"NaN": "Infinity"}', JSON), ("NaN", CSV)):
        answer = respond("[1, 2]", kind, more=f"def output_fn(prediction, accept): return '{body}'\n")
        assert (answer.status, answer.body.decode()) == (200, body)
    assert math.isnan(float(respond("[1, 2]", more="def output_fn(prediction, accept): return 'nan'\n").body))
