"""The benchmark's arithmetic: what wrk says, what is sent, medians, spreads, ratios, and how they are shown."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from byoc.tools.benchmark import figures, load, picture, report, sample
from byoc.tools.benchmark.outcome import BenchmarkError, LeftOut
from byoc.tools.benchmark.rounds import Measured

COUNTS = '"p50": 1500, "p99": 9000, "not 2xx": {}, "socket errors": {}, "timeouts": 0}}'
GOOD = '{"answers": 5000, "microseconds": 2000000, ' + COUNTS.format(0, 0)
FAST = {"rate_8": [100.0, 400.0, 300.0], "p99_8": [5.0], "size_mb": [30.0], "predicting": [0.75]}
SLOW = {"rate_8": [100.0, 90.0, 110.0], "p99_8": [20.0], "large_ms": [70.0]}


@pytest.fixture
def results() -> dict:
    """Of two targets, the first of which is the slower."""
    measured = {"slow": Measured(SLOW, {"size_mb": "unknown"}), "fast": Measured(FAST, memory_by={"PSS"})}
    return figures.results(measured, 3, 5, sample.Sample((b"1\n", b"2\n"), "text/csv"))


def test_the_benchmark_imports_nothing_but_the_standard_library_and_itself():
    folder = Path(load.__file__).parent
    sources = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    imported = {name.partition(".")[0] for name in re.findall(r"^ *(?:from|import) ([\w.]+)", sources, re.MULTILINE)}
    assert imported - {""} <= sys.stdlib_module_names


def test_what_wrk_prints_becomes_answers_a_second_and_milliseconds():
    printed = f"Running 2s test @ http://127.0.0.1:8080/invocations\n  1 threads and 8 connections\n{GOOD}\n"
    assert load.parse(printed) == load.Load(rate=2500, p50_ms=1.5, p99_ms=9)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (
            '{"answers": 70, "microseconds": 1000000, ' + COUNTS.format(7, 2),
            "of 70 answers: 7 not 2xx, 2 socket errors",
        ),
        ('{"answers": 0, "microseconds": 5000000, ' + COUNTS.format(0, 0), "no answer came within 5 s"),
    ],
)
def test_a_load_with_bad_answers_or_none_is_no_figure(counts, reason):
    with pytest.raises(LeftOut, match=reason):
        load.parse(counts)


@pytest.mark.parametrize("printed", ["", "unable to connect to 127.0.0.1:8080 Connection refused\n"])
def test_wrk_that_does_not_work_ends_the_benchmark_with_what_it_said(printed):
    with pytest.raises(BenchmarkError, match=f"wrk cannot load the server.\n.*{printed.strip()}"):
        load.parse(printed)


def test_the_large_body_is_the_rows_over_and_over(tmp_path):
    payload = tmp_path / "payload.csv"
    payload.write_bytes(b"1,2\r\n\r\n3,4")
    rows = sample.Sample.read(payload)
    assert rows.row == b"1,2\n"
    assert len(rows.large) == 100_000
    assert rows.large[:3] == (b"1,2\n", b"3,4\n", b"1,2\n")


def test_the_large_body_is_no_larger_than_an_endpoint_takes():
    rows = sample.Sample((b"1" * 999_999 + b"\n", b"2" * 999_999 + b"\n"), "text/csv")
    assert len(rows.large) == 25


def test_a_body_without_lines_is_sent_whole(tmp_path):
    payload = tmp_path / "payload.json"
    payload.write_text("[[1,\n2]]\n")
    body = sample.Sample.read(payload, "image/x-of-two-lines")
    assert body.row == b"[[1,\n2]]\n"
    assert body.large == ()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.csv", None, "There is no payload"),
        ("dog.jpg", b"\xff", "What dog.jpg is, its name does not say"),
        ("empty.csv", b"\n\n", "is empty"),
    ],
)
def test_a_payload_that_cannot_be_sent_is_refused(tmp_path, name, content, reason):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BenchmarkError, match=reason):
        sample.Sample.read(tmp_path / name)


@pytest.mark.parametrize(("status", "answer"), [(500, b"a\nb\na\n"), (200, b"a\nb\n"), (200, b"a\nb\nb\n")])
def test_a_wrong_answer_is_noticed(status, answer):
    rows = sample.Sample((b"1\n", b"2\n"), "text/csv", (b"a", b"b"))
    rows.check("a server", 200, b"a\nb\na\n", lines=3)
    with pytest.raises(LeftOut, match="a server answers 3 lines"):
        rows.check("a server", status, answer, lines=3)


def test_medians_extremes_and_ratios_to_the_first(results):
    fast = results["figures"]["rate_8"]["fast"]
    assert fast == {"median": 300, "min": 100, "max": 400, "ratio": 3, "values": [100, 400, 300]}
    assert results["figures"]["rate_8"]["slow"]["ratio"] == 1
    assert results["figures"]["p99_8"]["fast"]["ratio"] == 0.25
    assert results["figures"]["size_mb"]["fast"]["ratio"] is None, "the first has no size"
    assert results["figures"]["memory_mb"] == {}


def test_one_target_alone_has_no_ratios():
    assert figures.summaries({"fast": Measured(FAST)})["rate_8"]["fast"]["ratio"] is None


def test_the_widest_spread_between_rounds_is_the_noise(results):
    assert figures.spread(results["figures"]["rate_8"]["slow"]) == pytest.approx(0.2)
    assert figures.noise(results["figures"]) == pytest.approx(1)
    assert "by up to 100%: a noisy run" in report.how_noisy(results)
    del results["figures"]["rate_8"]["fast"]
    assert report.how_noisy(results).endswith("by up to 20%.")
    assert "nobody knows" in report.how_noisy(results | {"rounds": 1})


def test_the_table_and_the_remarks_say_what_was_seen_and_what_not(results):
    lines = [line.split() for line in report.table(results).splitlines()]
    assert ["one-row", "requests/s,", "8", "connections", "fast", "300", "100..400", "3.00"] in lines
    remarks = "\n".join(report.remarks(results))
    assert "fast: of the time that a request takes at 8 connections, predicting is 25%." in remarks
    assert "Left out of slow: image above its base, MB: unknown" in remarks
    assert "100,000 rows (0.2 MB); memory by PSS" in remarks


def test_the_pictures_have_a_bar_for_each_value_as_long_as_it_is_great(results):
    for groups in (picture.of_one(results["figures"]), picture.of_several(results["figures"], ["rate_8"])):
        drawing = ElementTree.fromstring(picture.svg("<title>", groups))
        widths = [float(bar.get("width")) for bar in drawing.findall("{*}rect")[1:]]
        assert len(widths) == sum(len(bars) for _, bars in groups)
        assert widths[:2] == pytest.approx([picture.BARS * 100 / 400, picture.BARS * 300 / 400])


def test_an_empty_handler_that_is_no_faster_tells_nothing_of_predicting(results):
    results["figures"]["predicting"]["fast"]["median"] = 1.5
    (remark,) = [remark for remark in report.remarks(results) if remark.startswith("fast: ")]
    assert remark == "fast: an empty handler took no less time, so what predicting takes cannot be told."
