"""The axes of a chart: the scale, and the lines, numbers and names around it."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log10

import numpy as np

from byoc.reports.pictures import LINE, document, text

WIDTH, HEIGHT = 420, 260  # of the field between the axes, in pixels
BOTTOM = 46
DIGIT = 7.5  # pixels of a character
TICKS = 6  # at most about so many numbers on an axis
PLAIN = 1e-4, 1e7  # numbers that are written without an exponent

Range = tuple[float, float]


def reach(values: np.ndarray) -> Range:
    """From the least to the largest that is finite, and never nothing."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    around = max(0.5, abs(low) / 2)  # 0.5 alone would be lost beside 1e30
    return (low, high) if high > low else (low - around, high + around)


def ticks(reached: Range) -> dict[float, str]:
    """Round numbers within the range, and how each is written: with as many digits as tell them apart."""
    low, high = reached
    rough = max((high - low) / TICKS, 1e-300)
    power = 10.0 ** floor(log10(rough))
    step = power * next(each for each in (1, 2, 5, 10) if each * power >= rough * 0.999)
    values = [number * step for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
    largest, exponent = max(abs(low), abs(high)), floor(log10(step) + 1e-9)
    if PLAIN[0] <= step and largest < PLAIN[1]:
        return {value: f"{value:,.{max(0, -exponent)}f}" for value in values}
    digits = max(0, floor(log10(largest)) - exponent)
    return {value: _scientific(value, digits) for value in values}


def _scientific(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    mantissa, power = f"{value:.{min(digits, 9)}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"


@dataclass(frozen=True)
class Axes:
    """What each axis reaches from and to, and what it measures."""

    across: Range
    up: Range
    names: tuple[str, str]

    @cached_property
    def left(self) -> float:
        """The room for the numbers and the name of the upright axis."""
        return 36 + DIGIT * max(map(len, ticks(self.up).values()))

    def x(self, value: float) -> float:
        return self.left + WIDTH * (value - self.across[0]) / (self.across[1] - self.across[0])

    def y(self, value: float) -> float:
        return HEIGHT * (1 - (value - self.up[0]) / (self.up[1] - self.up[0]))

    def upright(self, value: float) -> str:
        """A dashed line up from a value of the horizontal axis."""
        return _dashed(self.x(value), HEIGHT, self.x(value), 0)

    def diagonal(self) -> str:
        """The dashed line from the lower left to the upper right."""
        return _dashed(self.left, HEIGHT, self.left + WIDTH, 0)

    def document(self, content: str, title: str) -> str:
        """The whole picture: the axes, numbers along them, and `content` between them."""
        left, right = self.left, self.left + WIDTH
        frame = f'<path d="M{left:g} 0V{HEIGHT}H{right:g}" fill="none" stroke="{LINE}"/>'
        below, beside = ticks(self.across), ticks(self.up)
        for value, told in below.items():
            frame += f'<path d="M{self.x(value):.1f} {HEIGHT}v5" stroke="{LINE}"/>'
            frame += text(self.x(value), HEIGHT + 15, told)
        for value, told in beside.items():
            frame += f'<path d="M{left:g} {self.y(value):.1f}h-5" stroke="{LINE}"/>'
            frame += text(left - 9, self.y(value), told, anchor="end")
        across, up = self.names
        named = text(left + WIDTH / 2, HEIGHT + 36, across)
        named += f'<g transform="rotate(-90)">{text(-HEIGHT / 2, 8, up)}</g>'
        margin = 8 + DIGIT * max(map(len, below.values())) / 2  # the last number may reach beyond the axis
        return document(right + margin, HEIGHT + BOTTOM, frame + content + named, title)


def _dashed(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{LINE}" stroke-dasharray="4"/>'
