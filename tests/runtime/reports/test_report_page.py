"""Reports stand on their own and are well-formed whatever the labels are."""

import re
import time
from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree

import numpy as np
import pytest
from pydantic import BaseModel

from byoc import notices
from byoc.channels.chosen import ChosenColumns
from byoc.reports import charts, classification, data_tables, pictures, report
from byoc.reports.page import MOST_ROWS
from byoc.training.job import Job

NASTY = ['<a&"b>', "</svg><script>alert(1)</script>", "ä" * 60, "'", "]]>"]


class Settings(BaseModel):
    depth: int = 7


@pytest.fixture
def job(paths) -> Job:
    return Job(paths)


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


def test_what_was_warned_of_is_on_the_report_and_columns_that_are_chosen_too(job, paths):
    report.write(job, "Title", ChosenColumns(target="kind"), [])
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "Warnings" not in page
    assert "<td>target</td><td>kind</td>" in page


def test_of_many_warnings_the_first_are_given(capsys):
    for number in range(1000):
        notices.warn(f"file {number}")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "warning: file 0"
    assert lines[-1] == "warning: there is more to warn of, which is left out"
    assert len(lines) == len(notices.given()) == notices.MOST


def test_a_report_is_a_page_and_a_file_for_every_picture(paths, job):
    job.metric("train:accuracy", 0.5)
    picture = report.Picture("bars", "The bars", charts.bars("Bars", {"a": 1.0}))
    report.write(job, "Title", Settings(), [picture])
    page = (paths.output_data / "report.html").read_text(encoding="utf-8")
    assert (paths.output_data / "bars.svg").read_text(encoding="utf-8") == picture.svg
    assert picture.svg in page
    assert page.index("train:accuracy</td><td>0.5000") < page.index("The bars") < page.index("depth</td><td>7")
    assert page.index("every score is of rows that the model was trained on") < page.index("train:accuracy</td>")


def test_scores_of_other_rows_are_not_said_to_flatter(job, capsys):
    for name in ("validation:accuracy", "held_out:accuracy", "oob:accuracy"):
        job.metrics = {"train:accuracy": 1.0, name: 0.5}
        report.write(job, "Title", Settings(), [])
    assert "trained on" not in capsys.readouterr().out


def test_a_report_says_what_it_is_of(job, capsys, monkeypatch):
    (job.paths.data / "training/rows.csv").unlink()
    for number in range(5):
        (job.paths.data / f"training/{number}-{'x' * 80}.csv").write_text("a,1\nb,2\n")
    job.channel("training").read_labelled()
    monkeypatch.setenv("TRAINING_JOB_NAME", "job-<7>")
    report.write(job, "Title", Settings(), [])
    page = (job.paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "<td>training job</td><td>job-&lt;7&gt;</td>" in page
    assert re.search(r"<td>written</td><td>20\d\d-\d\d-\d\d \d\d:\d\d UTC</td>", page)
    assert f"<td>training</td><td>10</td><td>5</td><td>0-{'x' * 37}…, " in page
    assert "4-xx" not in page


def test_warnings_come_first(job, capsys):
    notices.warn("column <b> holds nothing")
    report.write(job, "Title", Settings(), [])
    assert "warning: column <b> holds nothing\n" in capsys.readouterr().out
    page = (job.paths.output_data / "report.html").read_text(encoding="utf-8")
    assert page.index("<li>column &lt;b&gt; holds nothing</li>") < page.index("Metrics")


def broken() -> Iterator[report.Part]:
    yield report.Table("Before", ("x",), [("y",)])
    raise ValueError("too <bad>\nand more")


def endless() -> Iterator[report.Part]:
    yield report.Table("Before", ("x",), [("y",)])
    while True:
        time.sleep(0.01)


@pytest.mark.parametrize(("parts", "reason"), [(broken, "ValueError: too <bad>"), (endless, "it took more than 0.2 s")])
def test_what_fails_or_takes_too_long_is_left_out_with_a_line(job, capsys, monkeypatch, parts, reason):
    monkeypatch.setattr(report, "LIMIT", 0.2)
    report.write(job, "Title", Settings(), parts())
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("warning: the report"))
    assert line == f"warning: the report is not complete, but the model is saved: {reason}"
    page = (job.paths.output_data / "report.html").read_text(encoding="utf-8")
    assert page.index(escape(reason)) < page.index("Before") < page.index("depth</td>")


def test_a_report_that_cannot_be_written_is_a_line(job, capsys):
    job.paths.output_data.rmdir()
    job.paths.output_data.write_text("no folder")
    report.write(job, "Title", Settings(), [])
    assert "warning: report.html cannot be written, and is left out: " in capsys.readouterr().out


def test_a_table_is_bounded_whatever_is_in_it():
    rows = [(number, "x" * 1_000_000, [*range(10_000)]) for number in range(3)] + [(number,) for number in range(10**5)]
    html = page_of(report.Table("Many", ("a", "b", "c"), rows))
    assert len(html) < 30_000
    assert f"… and {10**5 + 3 - MOST_ROWS:,} more rows" in html


@pytest.mark.parametrize("labels", [1000, 3000])
def test_a_report_on_many_labels_columns_and_long_texts_is_small_and_says_so(job, labels):
    """The whole of what a classifier's report is made of."""
    random = np.random.default_rng(0)
    actual = np.array([f"{number:04}{'x' * 1000}" for number in range(labels)])[random.integers(0, labels, 5000)]
    known = np.unique(actual)
    columns = {f"{number}{'y' * 1000}": random.normal(size=5000) for number in range(1000)}
    columns["text"] = np.array([f"{number}{'z' * 1000}" for number in range(5000)], object)
    began = time.perf_counter()

    def parts() -> Iterator[report.Part]:
        yield from classification.judged("training", known, actual, random.random((5000, len(known)), np.float32))
        yield report.Picture("importance", "Importance", charts.bars("b", dict.fromkeys(columns, 1.0)))
        yield from data_tables.about("training", actual, columns)

    report.write(job, "Title", Settings(), parts())
    assert time.perf_counter() - began < 20  # a second or two; more where others are at work
    page = (job.paths.output_data / "report.html").read_text(encoding="utf-8")
    assert "not complete" not in page
    assert len(page) < 1_000_000
    assert sum(file.stat().st_size for file in job.paths.output_data.iterdir()) < 2_000_000
    for told in (
        f"the 30 labels that are confused most of {len(known):,}",
        "the 8 smallest areas of 30",
        "the 20 largest of 1,001",
        f"the 50 most frequent of {len(known):,} labels",
        "of the first 100 of 1,001 columns",
    ):
        assert told in page


def page_of(part: report.Part) -> str:
    return report.page("Title", [part])
