"""The page at `/` holds the signature whatever is in it, needs nothing from elsewhere, and is off unless asked for."""

import json
import math
import re
from html.parser import HTMLParser

import pytest

from byoc.serving import codecs, playground
from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.signature import Feature, Signature

NASTY = ["</script><script>alert(1)</script>", "<!--<script>", "\u2028", 'ä"\\', "null<", "]]>"]


class Page(HTMLParser):
    """What a browser makes of the page: how many scripts it has, and what is in the island."""

    def __init__(self, page: bytes):
        super().__init__()
        self.scripts, self.island, self.inside = 0, "", False
        self.feed(page.decode())

    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
        self.inside = ("id", "known") in attributes

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.island += data if self.inside else ""


def test_the_signature_is_in_the_page_as_it_is():
    features = tuple(Feature(name, "float32", number / 3) for number, name in enumerate(NASTY))
    page = Page(playground.page(Signature(features, tuple(NASTY))))
    assert page.scripts == 2
    known = json.loads(page.island)
    assert [feature["name"] for feature in known["signature"]["features"]] == NASTY
    assert [feature["example"] for feature in known["signature"]["features"]] == [n / 3 for n in range(len(NASTY))]
    assert known["signature"]["labels"] == NASTY
    assert known["content_types"] == list(codecs.DECODERS)


def test_an_example_that_json_cannot_hold_is_shown_as_text():
    features = (Feature("a", "float32", math.nan), Feature("b", "float32", -math.inf))
    page = Page(playground.page(Signature(features, (0, 1))))
    known = json.loads(page.island, parse_constant=pytest.fail)
    assert [feature["example"] for feature in known["signature"]["features"]] == ["NaN", "-Infinity"]
    assert known["signature"]["labels"] == [0, 1]


def test_without_a_signature_there_is_none_in_the_page():
    assert json.loads(Page(playground.page(None)).island)["signature"] is None


def test_the_page_needs_nothing_from_elsewhere():
    text = playground.PAGE.read_text(encoding="utf-8")
    assert re.findall(r"https?:|\bsrc=|@import|\burl\(", text) == []
    assert text.count('href="') == text.count('href="data:,"') == 1


def test_it_is_off_unless_asked_for():
    assert not Settings.from_environment({}).playground
    assert Settings.from_environment({"BYOC_PLAYGROUND": "true"}).playground


@pytest.mark.parametrize(
    ("handlers", "known"),
    [("", True), ("def predict_fn(data, model): ...", True)]
    + [(f"def {name}(*arguments): ...", False) for name in ("model_fn", "input_fn", "output_fn", "transform_fn")],
)
def test_the_form_is_only_for_rows_that_are_read_and_answered_here(onnx_folder, predictor_py, handlers, known):
    signature = Predictor(onnx_folder, Settings.from_environment({}), predictor_py(handlers)).signature
    assert signature == (Signature.load(onnx_folder) if known else None)
