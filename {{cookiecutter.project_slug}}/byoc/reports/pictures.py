"""Small SVG pictures, without a plotting library in the image (matplotlib would add about 80 MB)."""

from collections.abc import Sequence
from html import escape

import numpy as np

LINE = "#667"
CELL = 76  # pixels
SHRINKS = 600  # pixels; what is wider would not be readable on a phone, and is scrolled


def document(width: float, height: float, content: str, title: str) -> str:
    width, height = width + 16, height + 16
    style = ' style="max-width:100%;height:auto"' if width <= SHRINKS else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}"{style} role="img" font-family="system-ui, sans-serif" font-size="13" '
        f'text-anchor="middle" dominant-baseline="central"><title>{escape(title)}</title>{content}</svg>\n'
    )


def text(x: float, y: float, words: str, *, most: int = 40, halo: bool = False, anchor: str = "middle") -> str:
    """Words centred on a point, cut after `most` characters; `halo` keeps them readable on top of a line."""
    shown = words if len(words) <= most else f"{words[: most - 1]}…"
    style = ' stroke="white" stroke-width="4" paint-order="stroke"' if halo else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{style}>{escape(shown)}</text>'


def hue(index: int, count: int) -> float:
    """Hues as far apart as `count` allows, in degrees."""
    return round(210 + 360 * index / count) % 360


def confusion_matrix(labels: Sequence[str], counts: np.ndarray) -> str:
    """A square of counts, (labels, labels): a row is what the data says, a column what the model says."""
    margin = 8 * max(len(label[:20]) for label in labels) + 16
    size = CELL * len(labels)
    parts = [text(margin + size / 2, 8, "predicted"), text(0, 30, "actual", anchor="start")]
    for row, label in enumerate(labels):
        middle = CELL * (row + 0.5)
        parts.append(text(margin - 8, 46 + middle, label, most=20, anchor="end"))
        parts.append(text(margin + middle, 30, label, most=11))
        for column, count in enumerate(counts[row]):
            x, y, share = margin + CELL * column, 46 + CELL * row, count / max(1, counts[row].sum())
            tint = 145 if row == column else 10
            fill = f"hsl({tint} 60% {97 - 42 * share:.0f}%)" if count else "#f6f6f8"
            parts.append(f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" stroke="white"/>')
            parts.append(text(x + CELL / 2, y + CELL / 2, str(count)))
    return document(margin + size, 46 + size, "".join(parts), "Confusion matrix")
