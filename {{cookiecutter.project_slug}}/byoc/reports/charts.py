"""Curves, points and bars as SVG."""

from collections.abc import Mapping, Sequence

import numpy as np

from byoc.reports.axes import HEIGHT, WIDTH, Axes, reach
from byoc.reports.pictures import document, hue, text

MOST_POINTS = 1000
MOST_BINS = 30
BAR = 24  # pixels
BLUE = "hsl(210 60% 55%)"

Series = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def curves(title: str, x_name: str, series: Mapping[str, Sequence[float]], mark: int | None = None) -> str:
    """A line for each of the series, over 1, 2, …; `mark` is one of those, drawn as an upright."""
    axes = Axes((1, max(2, *map(len, series.values()))), reach(np.concatenate([*series.values()])), (x_name, ""))
    numbered = {name: (np.arange(1, len(values) + 1), values) for name, values in series.items()}
    drawn = _lines(axes, numbered, legend=6)
    return axes.document((axes.upright(mark) if mark else "") + drawn, title)


def shares(title: str, names: tuple[str, str], series: Series) -> str:
    """A line for each of the series, through its points (x, y) between 0 and 1, over the diagonal."""
    axes = Axes((0, 1), (0, 1), names)
    return axes.document(axes.diagonal() + _lines(axes, series, legend=HEIGHT - 20 * len(series)), title)


def points(title: str, names: tuple[str, str], x: np.ndarray, y: np.ndarray) -> str:
    """A dot for each pair of numbers, and the line on which both are equal; of many, some chosen evenly."""
    chosen = np.linspace(0, len(x) - 1, min(len(x), MOST_POINTS)).astype(int)
    both = reach(np.concatenate([x, y]))
    axes = Axes(both, both, names)
    dots = (
        f'<circle cx="{axes.x(a):.1f}" cy="{axes.y(b):.1f}" r="3" fill="{BLUE}" fill-opacity="0.5"/>'
        for a, b in zip(x[chosen], y[chosen], strict=True)
    )
    return axes.document(axes.diagonal() + "".join(dots), title)


def histogram(title: str, x_name: str, values: np.ndarray) -> str:
    """How many of the values lie where."""
    counts, edges = np.histogram(values, min(MOST_BINS, 1 + int(np.sqrt(len(values)))), reach(values))
    axes = Axes((edges[0], edges[-1]), (0, counts.max()), (x_name, "rows"))
    bins = (
        f'<rect x="{axes.x(low) + 1:.1f}" y="{axes.y(count):.1f}" width="{axes.x(high) - axes.x(low) - 2:.1f}" '
        f'height="{HEIGHT - axes.y(count):.1f}" fill="{BLUE}"/>'
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    )
    return axes.document("".join(bins), title)


def bars(title: str, values: Mapping[str, float], most: int = 20) -> str:
    """The largest values as bars, longest first: each tells its share of the sum of all, a line how many there are."""
    total = sum(values.values()) or 1.0
    largest = sorted(values.items(), key=lambda item: -item[1])[:most]
    top = max((value for _, value in largest), default=0) or 1.0
    parts = []
    for row, (name, value) in enumerate(largest):
        y, width = BAR * row, (WIDTH - 180) * value / top
        parts.append(text(180, y + BAR / 2, name, most=22, anchor="end"))
        parts.append(f'<rect x="190" y="{y + 3}" width="{width:.1f}" height="{BAR - 6}" fill="{BLUE}"/>')
        parts.append(text(198 + width, y + BAR / 2, f"{value / total:.1%}", anchor="start"))
    rows = max(1, len(largest))
    if len(values) > len(largest):
        parts.append(text(190, BAR * (rows + 0.5), f"the {len(largest)} largest of {len(values):,}", anchor="start"))
        rows += 1
    return document(WIDTH + 70, BAR * rows, "".join(parts), title)


def _lines(axes: Axes, series: Series, legend: float) -> str:
    """The lines, and from `legend` (pixels from the top) down, which is which; of many points, some chosen evenly."""
    parts = []
    right = axes.left + WIDTH
    for index, (name, (across, up)) in enumerate(series.items()):
        colour = f"hsl({hue(index, len(series))} 70% 40%)"
        across, up = np.asarray(across, float), np.asarray(up, float)
        chosen = np.linspace(0, len(up) - 1, min(len(up), MOST_POINTS)).astype(int)
        chosen = chosen[np.isfinite(up[chosen])]
        places = " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in zip(across[chosen], up[chosen], strict=True))
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<rect x="{right - 150:g}" y="{legend + 20 * index}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(right - 132, legend + 6 + 20 * index, name, most=18, anchor="start"))
    return "".join(parts)
