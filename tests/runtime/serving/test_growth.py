"""Whatever a client sends, what is done with it takes no more than linear time: headers, names and bodies."""

import json
from functools import partial

import pytest

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, JSON, JSON_LINES, body, content_encoding, csv_text
from byoc.serving.codecs.header import Header
from byoc.serving.codecs.records import Record
from byoc.serving.default_handlers import media_type, response_format
from byoc.serving.media_types import MediaType, negotiate
from byoc.serving.multi_model import requests
from byoc.serving.response import check_json
from byoc.signature import Feature
from growth import assert_linear

# What a pattern may look at again and again: repeated as often as a size says, between what comes before and after.
HEADERS = {
    "escaped quotes": ("", '\\"', ""),
    "escaped quotes and a backslash": ('"', '\\"', "\\"),
    "quotes": ("", '"', ""),
    "parameters": ("text/csv", ";a=b", ""),
    "parameters with open quotes": ("text/csv", ';a="\\"', ""),
    "names without values": ("text/csv", ";a", ""),
    "one long name": ("text/csv;", "a", " x"),
    "blanks": ("text/csv;a", " ", "b"),
    "semicolons and blanks": ("text/csv", "; ", ""),
    "commas": ("", ",", ""),
    "types": ("", "text/csv,", ""),
    "ranges": ("", "*/*;q=0.1,", "x"),
}
FEATURES = ["width", "height"]
RECORD = Record([Feature("width", "float32", 1.0, True), Feature("kind", "str", "a", categories=("a", "b"))])
BODIES = {
    "numbers": ("", "1,2\n", ""),
    "digits": ("", "1", ""),
    "digits after a point": ("0.", "1", ",2"),
    "a large exponent": ("1e", "1", ",2"),
    "quotes": ("", '"', ""),
    "quoted cells": ("", '"1","2"\n', "x"),
    "an open quote": ('"', "1,2\n", ""),
    "commas": ("", ",", ""),
    "blanks": ("1,", " ", "2"),
    "line ends": ("1,2", "\n", "1,2"),
    "carriage returns": ("1,2", "\r", "1,2"),
    "headers": ("", "width,kind\n", ""),
    "names": ("width,", "kind ", ""),
    "underscores": ("", "_ ", ""),
    "byte order marks": ("", "\ufeff", "1,2"),
    "byte order marks on lines": ("", "\n\ufeff1,2", ""),
    "NUL": ("", "\0", ""),
    "lists": ("", "[", ""),
    "objects": ("", '{"a":', ""),
    "rows": ('{"instances": [', "[1, 2],", "[1, 2]]}"),
    "escapes": ('["', "\\u00e9", '"]'),
    "different texts": ("", "1,é\n", "x"),
}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize(
    "read",
    [
        MediaType.parse,
        partial(negotiate, offered=(CSV, JSON)),
        media_type.__wrapped__,
        partial(response_format.__wrapped__, default_output="predicted_label"),
        partial(content_encoding.decoded, b"", most=1),
    ],
)
def test_headers(read, kind):
    before, repeated, after = HEADERS[kind]
    assert_linear(read, lambda size: before + repeated * size + after, RequestError)


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("content_type", [CSV, JSON, JSON_LINES])
def test_bodies(content_type, kind):
    before, repeated, after = BODIES[kind]

    def text(size: int) -> bytes:
        return (before + repeated * size + after).encode()

    def rows(sent: bytes) -> None:
        codecs.decode(sent, content_type, FEATURES)

    def records(sent: bytes) -> None:
        codecs.decode_records(sent, content_type, RECORD)

    assert_linear(rows, text, RequestError)
    assert_linear(records, text, RequestError)


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize(
    "read",
    [
        body.check,
        body.without_marks,
        partial(csv_text.header, record=RECORD),
        lambda sent: Header(FEATURES).order(" ".join(sent.decode(errors="replace").split()).split(",")),
        lambda sent: csv_text.encode({"predictions": [sent.decode(errors="replace")]}),
        partial(check_json, content_type=JSON, handler="output_fn"),
    ],
)
def test_parts_of_bodies(read, kind):
    before, repeated, after = BODIES[kind]
    assert_linear(read, lambda size: (before + repeated * size + after).encode(), RequestError)


def test_names_of_models():
    def ask(name: str) -> None:
        requests._fields(json.dumps({"model_name": name, "url": "/x"}).encode())
        requests.entry(name)

    for repeated in ("a", "../", " ", "\0", "\ud800"):
        assert_linear(ask, repeated.__mul__, RequestError)
