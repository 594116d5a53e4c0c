"""Reports stand on their own and are well-formed whatever the labels are."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from pydantic import BaseModel

from byoc import notices
from byoc.channels.chosen import ChosenColumns
from byoc.reports import charts, data_tables, pictures, report
from byoc.training.job import Job

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
    table = report.Table("Heads & tails", ["<name>"], [[label] for label in NASTY])
    columns = {NASTY[0]: np.array([1.0, 2.0, 9.0]), NASTY[1]: np.array(["<b>", "", "c"], object)}
    page = report.page("<Title>", [table, *data_tables.about("<data>", np.array(["<b>", "c", "c"]), columns)])
    assert "<script" not in page
    assert "http" not in page
    assert "&lt;a&amp;&quot;b&gt;" in page
    assert "<title>&lt;Title&gt;</title>" in page
    assert "Labels of the &lt;data&gt; data" in page
    assert "<td>&lt;b&gt;</td><td>1</td>" in page


def test_what_was_warned_of_is_on_the_report(paths, monkeypatch):
    monkeypatch.setattr(notices, "_given", [])
    report.write(Job(paths), "Title", ChosenColumns(), [])
    assert "Warnings" not in (paths.output_data / "report.html").read_text(encoding="utf-8")
    notices.warn("is <this> meant?")
    report.write(Job(paths), "Title", ChosenColumns(), [])
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "<h2>Warnings</h2>" in page
    assert "<td>is &lt;this&gt; meant?</td>" in page


def test_of_many_warnings_the_first_are_given(monkeypatch, capsys):
    monkeypatch.setattr(notices, "_given", [])
    for number in range(1000):
        notices.warn(f"file {number}")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "warning: file 0"
    assert lines[-1] == "warning: there is more to warn of, which is left out"
    assert len(lines) == len(notices.given()) == notices.MOST


def test_a_report_is_a_page_and_a_file_for_every_picture(paths):
    class Hyperparameters(BaseModel):
        depth: int = 7

    job = Job(paths)
    job.metric("train:accuracy", 0.5)
    picture = report.Picture("bars", "The bars", charts.bars("Bars", {"a": 1.0}))
    report.write(job, "Title", Hyperparameters(), [picture])
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert (paths.output_data / "bars.svg").read_text(encoding="utf-8") == picture.svg
    assert picture.svg in page
    assert page.index("train:accuracy</td><td>0.5000") < page.index("The bars") < page.index("depth</td><td>7")
