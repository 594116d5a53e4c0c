"""Reports stand on their own and are well-formed whatever the labels are."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from byoc import pictures, report

NASTY = ['<a&"b>', "</svg><script>alert(1)</script>", "ä" * 60, "'", "]]>"]


def words(svg: str) -> list[str]:
    return [node.text for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_confusion_matrix_is_well_formed_and_holds_every_label_and_count():
    counts = np.arange(25).reshape(5, 5)
    shown = words(pictures.confusion_matrix(NASTY, counts))
    assert {*map(str, range(25)), "predicted", "actual", '<a&"b>', f"{'ä' * 19}…"} <= set(shown)


@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_confusion_matrix_grows_with_its_labels(count):
    svg = pictures.confusion_matrix([str(number) for number in range(count)], np.eye(count, dtype=int))
    left, top, width, height = map(float, re.search('viewBox="(.*?)"', svg)[1].split())
    for cell in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect"):
        assert left <= float(cell.get("x")) <= left + width - float(cell.get("width"))
        assert top <= float(cell.get("y")) <= top + height - float(cell.get("height"))


def test_long_words_are_cut():
    svg = pictures.document(9, 9, pictures.text(0, 0, "x" * 50, most=10), "long")
    assert words(svg) == ["xxxxxxxxx…"]


@pytest.mark.parametrize("count", [2, 3, 12])
def test_hues_differ(count):
    assert len({pictures.hue(index, count) for index in range(count)}) == count


def test_a_page_escapes_what_comes_from_data_and_needs_no_network():
    table = report.table("Heads & tails", ["<name>"], [[label] for label in NASTY])
    summary = report.summary("Data", NASTY[:2], np.array([[1, 20], [2, 30], [9, 70]]), np.array(["<b>", "c", "c"]))
    page = report.page("<Title>", [table, summary])
    assert "<script" not in page
    assert "http" not in page
    assert "&lt;a&amp;&quot;b&gt;" in page
    assert "<title>&lt;Title&gt;</title>" in page
    assert "<td>&lt;b&gt;</td><td>1</td>" in page
    assert "<td>all</td><td>3</td>" in page
    assert "<td>1</td><td>2</td><td>9</td>" in page
    assert "<td>20</td><td>30</td><td>70</td>" in page
