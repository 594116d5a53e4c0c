"""Curves, points and bars are well-formed SVG, whatever is drawn."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from byoc.reports import charts
from byoc.reports.axes import HEIGHT

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    assert not re.search(r"\bnan\b", svg)
    return ElementTree.fromstring(svg)


@pytest.mark.parametrize("values", [[1.0], [2.0, 2.0], [3.0, 1.0, 2.0]])
def test_curves_have_a_point_a_round(values):
    picture = parsed(charts.curves("<a&b>", "round", {"training": values, "<v&>": values}, 1))
    lines = list(picture.iter(f"{SVG}polyline"))
    assert [len(line.get("points").split()) for line in lines] == [len(values)] * 2


@pytest.mark.parametrize("value", [0.0, -3.0, 1e30])
def test_what_never_changes_is_drawn_in_the_middle(value):
    (_, y), *_ = re.findall(r"([0-9.]+),([0-9.]+)", charts.curves("Loss", "round", {"loss": [value] * 3}))
    assert float(y) == HEIGHT / 2


@pytest.mark.parametrize("count", [1, 2, 5000])
def test_points_are_at_most_so_many(count):
    numbers = np.random.default_rng(0).normal(size=count)
    dots = list(parsed(charts.points("t", ("x", "y"), numbers, -numbers)).iter(f"{SVG}circle"))
    assert len(dots) == min(count, charts.MOST_POINTS)


def test_the_largest_come_first_among_bars():
    values = {f"<{number}&": float(number) for number in range(30)}
    words = [node.text for node in parsed(charts.bars("t", values)).iter(f"{SVG}text")]
    assert words[:2] == ["<29&", "6.7%"]
    assert len(words) == 2 * 20
    assert parsed(charts.bars("t", {"x": 0.0})) is not None


@pytest.mark.parametrize("values", [[0.0], [1.0, 1.0], list(range(100))])
def test_a_histogram_counts_every_value(values):
    picture = parsed(charts.histogram("t", "<x>", np.array(values, float)))
    bins = list(picture.iter(f"{SVG}rect"))
    assert len(bins) <= charts.MOST_BINS
    assert any(float(each.get("height")) > 0 for each in bins)


def test_shares_are_drawn_between_nothing_and_all():
    line = next(parsed(charts.shares("t", ("x", "y"), {"<a>": ([0, 0.5, 1], [0, 1, 1])})).iter(f"{SVG}polyline"))
    assert line.get("points") == "70.0,260.0 280.0,0.0 490.0,0.0"
