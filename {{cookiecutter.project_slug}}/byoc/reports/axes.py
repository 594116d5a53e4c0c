"""The axes of a chart: the scale, and the lines and names around it."""

from dataclasses import dataclass

import numpy as np

from byoc.reports.pictures import LINE, document, text

WIDTH, HEIGHT = 420, 260  # of the field between the axes, in pixels
LEFT, BOTTOM = 70, 40

Range = tuple[float, float]


def reach(values: np.ndarray) -> Range:
    """From the least to the largest, and never nothing."""
    low, high = float(values.min()), float(values.max())
    around = max(0.5, abs(low) / 2)  # 0.5 alone would be lost beside 1e30
    return (low, high) if high > low else (low - around, high + around)


@dataclass(frozen=True)
class Axes:
    """What each axis reaches from and to, and what it measures."""

    across: Range
    up: Range
    names: tuple[str, str]

    def x(self, value: float) -> float:
        return LEFT + WIDTH * (value - self.across[0]) / (self.across[1] - self.across[0])

    def y(self, value: float) -> float:
        return HEIGHT * (1 - (value - self.up[0]) / (self.up[1] - self.up[0]))

    def upright(self, value: float) -> str:
        """A dashed line up from a value of the horizontal axis."""
        return _dashed(self.x(value), HEIGHT, self.x(value), 0)

    def diagonal(self) -> str:
        """The dashed line from the lower left to the upper right."""
        return _dashed(LEFT, HEIGHT, LEFT + WIDTH, 0)

    def document(self, content: str, title: str) -> str:
        """The whole picture: the axes, their ends' values, and `content` between them."""
        frame = f'<path d="M{LEFT} 0V{HEIGHT}H{LEFT + WIDTH}" fill="none" stroke="{LINE}"/>'
        low, high = self.across
        ends = text(LEFT, HEIGHT + 14, f"{low:.4g}") + text(LEFT + WIDTH, HEIGHT + 14, f"{high:.4g}")
        ends += "".join(text(LEFT - 8, self.y(value), f"{value:.4g}", anchor="end") for value in self.up)
        across, up = self.names
        told = text(LEFT + WIDTH / 2, HEIGHT + 30, across)
        told += f'<g transform="rotate(-90)">{text(-HEIGHT / 2, LEFT - 20, up)}</g>'
        return document(LEFT + WIDTH + 20, HEIGHT + BOTTOM, frame + ends + content + told, title)


def _dashed(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{LINE}" stroke-dasharray="4"/>'
