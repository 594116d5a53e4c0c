"""Clarify and Model Monitor read a project's answers by the settings that docs/requests.md names.

They find labels and scores by JMESPath, or in CSV by a column's place, and fill their templates with rows:
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

import csv
import io
import json
import re
from string import Template

import boto3
import jmespath
import pytest
from botocore.validate import ParamValidator

import laid
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

PAGE = (laid.PROJECT / "docs/requests.md").read_text(encoding="utf-8")
NAMES, ROWS = ["width", "height"], [[1.0, 2.0], [3.0, 4.0]]
MODEL = """
import numpy as np

class Model:
    feature_names = ["width", "height"]

    def predict(self, rows):
        if not LABELS:
            return rows.sum(axis=1)
        scores = np.eye(len(LABELS))[(rows[:, 0] > 1).astype(int)] * 0.5 + 0.5 / len(LABELS)
        return {"predicted_label": np.array(LABELS)[scores.argmax(axis=1)], "probabilities": scores, "labels": LABELS}

def model_fn(model_dir):
    return Model()
"""
LABELS = {"regression": (), "two labels": ("no", "yes"), "three labels": ("a", "b", "c")}
EXPECTED = {
    "regression": ([3, 7], [3, 7]),
    "two labels": (["no", "yes"], [0.25, 0.75]),
    "three labels": (["a", "b"], [[pytest.approx(2 / 3), *[pytest.approx(1 / 6)] * 2],
                                  [pytest.approx(1 / 6), pytest.approx(2 / 3), pytest.approx(1 / 6)]]),
}  # fmt: skip


def table(head: str) -> dict[str, dict[str, list[str]]]:
    """The table of the page whose first column is headed so: the code in each cell, by the other headings."""
    lines = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()
    headings, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        heading.partition(",")[0]: {
            name: re.findall("`([^`]+)`", row[place]) for row in rows for name in re.findall("`([^`]+)`", row[0])
        }
        for place, heading in enumerate(headings)
        if place
    }


CLARIFY, MONITOR = table("Clarify"), table("`EndpointInput`, `BatchTransformInput`")


@pytest.fixture(params=LABELS)
def kind(request) -> str:
    return request.param


@pytest.fixture(params=["", "true"], ids=["endpoint", "batch"])
def predictor(request, kind, tmp_path, predictor_py) -> Predictor:
    """Set as the page says."""
    (output,) = re.findall(r"`SAGEMAKER_INFERENCE_OUTPUT=([^`]+)`", PAGE)
    settings = Settings.from_environment({"SAGEMAKER_INFERENCE_OUTPUT": output, "SAGEMAKER_BATCH": request.param})
    return Predictor(tmp_path, settings, predictor_py(f"{MODEL}\nLABELS = {LABELS[kind]}"))


def ask(predictor: Predictor, body: str, settings: dict[str, list[str]]) -> str:
    answer = predictor.respond(body.encode(), settings["content_type"][0], settings["accept_type"][0])
    assert answer.status == 200, answer.body
    return answer.body.decode()


def filled(template: str, row: list[float]) -> str:
    pairs = dict(zip(NAMES, row, strict=True))
    return Template(template).substitute(features=json.dumps(row), features_kvp=json.dumps(pairs))


def test_the_page_has_settings_for_each_format():
    assert CLARIFY.keys() == {"JSON Lines", "JSON", "CSV"}
    assert MONITOR.keys() == {"JSON Lines", "CSV"}


def test_json_lines_are_read_by_clarify(predictor, kind):
    settings = CLARIFY["JSON Lines"]
    body = "\n".join(filled(settings["content_template"][0], row) for row in ROWS)
    lines = [json.loads(line) for line in ask(predictor, body, settings).splitlines()]
    found = [[jmespath.search(settings[name][0], line) for line in lines] for name in ("label", "probability")]
    assert found == list(EXPECTED[kind])


@pytest.mark.parametrize("record", [0, 1], ids=CLARIFY["JSON"]["record_template"])
def test_json_is_read_by_clarify(predictor, kind, record):
    settings = CLARIFY["JSON"]
    records = [filled(settings["record_template"][record], row) for row in ROWS]
    body = Template(settings["content_template"][0]).substitute(records=f"[{','.join(records)}]")
    answer = json.loads(ask(predictor, body, settings))
    found = [jmespath.search(settings[name][0], answer) for name in ("label", "probability")]
    assert found == list(EXPECTED[kind])
    one = json.loads(ask(predictor, records[0], settings))  # as of the template `$record`
    assert jmespath.search(settings["label"][0], one) == EXPECTED[kind][0][:1]


@pytest.mark.parametrize("kind", ["regression", "two labels"], indirect=True)  # more would have a column for each score
def test_csv_is_read_by_clarify_and_model_monitor(predictor, kind):
    settings = CLARIFY["CSV"]
    rows = list(csv.reader(io.StringIO(ask(predictor, "1,2\n3,4\n", settings))))
    labels, scores = [[row[int(settings[name][0])] for row in rows] for name in ("label", "probability")]
    assert labels == [str(float(label)) if kind == "regression" else label for label in EXPECTED[kind][0]]
    assert list(map(float, scores)) == EXPECTED[kind][1]
    assert MONITOR["CSV"]["InferenceAttribute"] == settings["label"]
    assert MONITOR["CSV"]["ProbabilityAttribute"] == settings["probability"]


def test_json_lines_that_were_captured_are_read_by_model_monitor(predictor, kind):
    settings = {name: values[0] for name, values in MONITOR["JSON Lines"].items()}
    sent = [filled(CLARIFY["JSON Lines"]["content_template"][0], row) for row in ROWS]
    assert [jmespath.search(settings["FeaturesAttribute"], json.loads(line)) for line in sent] == ROWS
    got = [json.loads(line) for line in ask(predictor, "\n".join(sent), CLARIFY["JSON Lines"]).splitlines()]
    names = "InferenceAttribute", "ProbabilityAttribute"
    found = [[jmespath.search(settings[name], line) for line in got] for name in names]
    assert found == list(EXPECTED[kind])


@pytest.mark.parametrize(
    ("shape", "settings"),
    [
        ("EndpointInput", {"EndpointName": "e", "LocalPath": "/opt/ml/processing/input"} | MONITOR["JSON Lines"]),
        ("ClarifyInferenceConfig", {
            "FeaturesAttribute": MONITOR["JSON Lines"]["FeaturesAttribute"],
            "ContentTemplate": CLARIFY["JSON Lines"]["content_template"],
            "ProbabilityAttribute": CLARIFY["JSON Lines"]["probability"],
        }),
    ],
)  # fmt: skip
def test_the_settings_are_such_as_sagemakers_api_takes(shape, settings):
    model = boto3.session.Session()._session.get_service_model("sagemaker").shape_for(shape)
    values = {name: value[0] if isinstance(value, list) else value for name, value in settings.items()}
    assert ParamValidator().validate(values, model).generate_report() == ""
    assert all(re.fullmatch(model.members[name].metadata.get("pattern", ".*"), value) for name, value in values.items())
