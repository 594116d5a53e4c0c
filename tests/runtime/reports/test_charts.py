"""Curves, points and bars are well-formed SVG, whatever is drawn."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from byoc.reports import charts
from byoc.reports.axes import HEIGHT, WIDTH, Axes, ticks

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
    assert len(words) == 2 * 20 + 1
    assert words[-1] == "the 20 largest of 30"
    assert parsed(charts.bars("t", {"x": 0.0})) is not None


@pytest.mark.parametrize("values", [[0.0], [1.0, 1.0], list(range(100))])
def test_a_histogram_counts_every_value(values):
    picture = parsed(charts.histogram("t", "<x>", np.array(values, float)))
    bins = list(picture.iter(f"{SVG}rect"))
    assert len(bins) <= charts.MOST_BINS
    assert any(float(each.get("height")) > 0 for each in bins)


def test_shares_are_drawn_between_nothing_and_all():
    line = next(parsed(charts.shares("t", ("x", "y"), {"<a>": ([0, 0.5, 1], [0, 1, 1])})).iter(f"{SVG}polyline"))
    (left, *_), *_ = corners = [[*map(float, point.split(","))] for point in line.get("points").split()]
    assert corners == [[left, HEIGHT], [left + WIDTH / 2, 0], [left + WIDTH, 0]]


def test_of_a_line_of_many_points_some_are_drawn_from_end_to_end_and_none_that_is_no_number():
    values = np.linspace(1, 0, 50_000)
    values[1:9] = np.nan
    picture = parsed(charts.curves("t", "round", {"loss": values}))
    assert "50,000" in [node.text for node in picture.iter(f"{SVG}text")]
    points = next(picture.iter(f"{SVG}polyline")).get("points").split()
    assert charts.MOST_POINTS - 8 <= len(points) <= charts.MOST_POINTS
    assert points[0].endswith(",0.0")
    assert points[-1].endswith(f",{HEIGHT}.0")


@pytest.mark.parametrize(
    ("reached", "numbers"),
    [
        ((0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((326, 18_823), ["5,000", "10,000", "15,000"]),
        ((0.01, 0.585), ["0.1", "0.2", "0.3", "0.4", "0.5"]),
        ((-2e9, 3e9), ["-2e9", "-1e9", "0", "1e9", "2e9", "3e9"]),
        ((1e-9, 3e-9), ["1e-9", "1.5e-9", "2e-9", "2.5e-9", "3e-9"]),
        ((1_000_000.1, 1_000_000.5), [f"1,000,000.{tenth}" for tenth in range(1, 6)]),
    ],
)
def test_numbers_along_an_axis_are_round_and_fit(reached, numbers):
    assert [*ticks(reached).values()] == numbers
    drawn = Axes((0, 1), reached, ("x", "y")).document("", "t")
    beside = [node for node in parsed(drawn).iter(f"{SVG}text") if node.get("text-anchor") == "end"]
    assert [node.text for node in beside] == numbers
    assert min(float(node.get("x")) - 7 * len(node.text) for node in beside) > 16  # right of the axis's name


@pytest.mark.parametrize("reached", [(1e30, 1e30 + 1e15), (-1e300, 1e300), (0, 5e-324), (3.3e38, 3.4e38)])
def test_an_axis_of_extreme_numbers_has_a_few(reached):
    assert len(ticks(reached)) < 12
