"""Curves, bars and points as SVG, beside the pictures in pictures.py."""

from collections.abc import Mapping, Sequence

import numpy as np

from byoc.pictures import LINE, document, hue, text

WIDTH, HEIGHT = 560, 280  # of the field between the axes, in pixels
LEFT, BOTTOM = 70, 40
MOST_POINTS = 1000
BAR = 24


def curves(title: str, x_name: str, series: Mapping[str, Sequence[float]], mark: int | None = None) -> str:
    """A line for each of the series, over 1, 2, …; `mark` is one of those, drawn as an upright."""
    values = np.concatenate([np.asarray(one, float) for one in series.values()])
    longest = max(map(len, series.values()))
    y_range = _range(values)
    parts = [_axes((1, max(longest, 2)), y_range, x_name, "")]
    if mark:
        x = _x(mark, (1, max(longest, 2)))
        parts.append(f'<line x1="{x:g}" y1="0" x2="{x:g}" y2="{HEIGHT}" stroke="{LINE}" stroke-dasharray="4"/>')
    for index, (name, one) in enumerate(series.items()):
        colour = f"hsl({hue(index, len(series))} 70% 40%)"
        places = zip(range(1, len(one) + 1), one, strict=True)
        points = " ".join(f"{_x(x, (1, max(longest, 2))):.1f},{_y(y, y_range):.1f}" for x, y in places)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<rect x="{LEFT + WIDTH - 150}" y="{6 + 20 * index}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(LEFT + WIDTH - 132, 12 + 20 * index, name, most=18, anchor="start"))
    return document(LEFT + WIDTH + 20, HEIGHT + BOTTOM, "".join(parts), title)


def points(title: str, names: tuple[str, str], x: np.ndarray, y: np.ndarray) -> str:
    """A dot for each pair of numbers, and the line on which both are equal; of many, some chosen evenly."""
    chosen = np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).astype(int)
    both = _range(np.concatenate([x, y]))
    dots = (
        f'<circle cx="{_x(a, both):.1f}" cy="{_y(b, both):.1f}" r="3" fill="hsl(210 70% 45%)" fill-opacity="0.5"/>'
        for a, b in zip(x[chosen], y[chosen], strict=True)
    )
    line = f'<line x1="{LEFT}" y1="{HEIGHT}" x2="{LEFT + WIDTH}" y2="0" stroke="{LINE}" stroke-dasharray="4"/>'
    return document(LEFT + WIDTH + 20, HEIGHT + BOTTOM, _axes(both, both, *names) + line + "".join(dots), title)


def bars(title: str, values: Mapping[str, float], most: int = 20) -> str:
    """The largest values as bars, longest first; each tells its share of the sum of all."""
    total = sum(values.values()) or 1.0
    largest = sorted(values.items(), key=lambda item: -item[1])[:most]
    top = max((value for _, value in largest), default=0) or 1.0
    parts = []
    for row, (name, value) in enumerate(largest):
        y, width = BAR * row, 0.6 * WIDTH * value / top
        parts.append(text(180, y + BAR / 2, name, most=24, anchor="end"))
        parts.append(f'<rect x="190" y="{y + 3}" width="{width:.1f}" height="{BAR - 6}" fill="hsl(210 60% 55%)"/>')
        parts.append(text(198 + width, y + BAR / 2, f"{value / total:.1%}", anchor="start"))
    return document(LEFT + WIDTH, BAR * max(1, len(largest)), "".join(parts), title)


def _range(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _x(value: float, between: tuple[float, float]) -> float:
    return LEFT + WIDTH * (value - between[0]) / (between[1] - between[0])


def _y(value: float, between: tuple[float, float]) -> float:
    return HEIGHT * (1 - (value - between[0]) / (between[1] - between[0]))


def _axes(x_range: tuple[float, float], y_range: tuple[float, float], x_name: str, y_name: str) -> str:
    frame = f'<path d="M{LEFT} 0V{HEIGHT}H{LEFT + WIDTH}" fill="none" stroke="{LINE}"/>'
    ends = [text(LEFT, HEIGHT + 14, f"{x_range[0]:.4g}"), text(LEFT + WIDTH, HEIGHT + 14, f"{x_range[1]:.4g}")]
    ends += [text(LEFT - 8, _y(value, y_range), f"{value:.4g}", anchor="end") for value in y_range]
    titles = text(LEFT + WIDTH / 2, HEIGHT + 30, x_name) + text(LEFT + 8, 12, y_name, anchor="start")
    return frame + "".join(ends) + titles
