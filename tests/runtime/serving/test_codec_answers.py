"""Answers: any label and number, in CSV, JSON and JSON Lines (S-43)."""

import csv
import io
import json

import pytest

from byoc.serving import codecs
from byoc.serving.codecs import CSV, JSON, JSON_LINES

LABELS = ["plain", "a,b", '"hi" he said', "two\nlines", "DOS\r\nlines", "", " blank ", "ä", "plain", "a,b"]


@pytest.mark.parametrize(
    "columns",
    [
        {"predicted_label": LABELS},
        {"predicted_label": LABELS[:3]},
        {"predicted_label": LABELS, "scores": [[0.25, 0.75]] * len(LABELS)},
    ],
)
def test_any_label_survives_csv_and_json(columns):
    rows = list(csv.reader(io.StringIO(codecs.encode(columns, CSV).decode(), newline="")))
    labels = columns["predicted_label"]
    assert [row[0] for row in rows] == labels
    assert {tuple(row[1:]) for row in rows} == ({("0.25", "0.75")} if len(columns) > 1 else {()})
    predictions = json.loads(codecs.encode(columns, JSON))["predictions"]
    assert ([row["predicted_label"] for row in predictions] if len(columns) > 1 else predictions) == labels


def test_json_lines_have_an_object_a_row():
    assert codecs.encode({"label": ["a\nb", "ä"]}, JSON_LINES) == '{"label": "a\\nb"}\n{"label": "ä"}\n'.encode()
    both = codecs.encode({"label": ["a"], "scores": [[0.25, 0.75]]}, JSON_LINES)
    assert both == b'{"label": "a", "scores": [0.25, 0.75]}\n'


def test_numbers_are_written_so_that_they_read_back_the_same():
    values = [0.1, 1e-300, 1 / 3, 12, -0.0]
    assert [float(line) for line in codecs.encode({"predictions": values}, CSV).split()] == values
    assert json.loads(codecs.encode({"predictions": values}, JSON)) == {"predictions": values}
