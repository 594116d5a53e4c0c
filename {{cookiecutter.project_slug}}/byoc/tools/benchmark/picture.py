"""Bars as SVG, with a whisker from the least to the greatest value: no plotting library is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .figures import COMPARED_AT, CONNECTIONS, FIGURES, Figure

ROW, GAP = 22, 34  # pixels: a bar's line, and what a group's title takes
LABELS, BARS, VALUES = 215, 420, 150  # pixels: the widths of the three columns
COLOURS = ("#8a8f98", "#2f6fb0", "#2f9e77", "#c77d1e", "#8a5ab8")


@dataclass(frozen=True)
class Bar:
    """`low` and `high` are the ends of the whisker."""

    label: str
    value: float
    low: float
    high: float
    shown: str
    colour: str = COLOURS[1]


def of_one(figures: dict[str, dict[str, dict]]) -> list[tuple[str, list[Bar]]]:
    """Groups of bars for a single target: requests/s and p99, by connections."""
    titles = {figure.key: figure for figure in FIGURES}

    def bars(keys: dict[str, str], colours: dict[str, str]) -> list[Bar]:
        found = [(label, key, summary) for key, label in keys.items() for summary in figures[key].values()]
        return [bar(label, titles[key], summary, colours.get(key, COLOURS[1])) for label, key, summary in found]

    labels = {count: f"{count} connection{'s' if count > 1 else ''}" for count in CONNECTIONS}
    rates = {f"rate_{count}": label for count, label in labels.items()}
    rates["empty_rate"] = f"{COMPARED_AT}, empty handler"
    return [
        ("one-row requests/s", bars(rates, {"empty_rate": COLOURS[0]})),
        *((f"{name}, ms", bars({f"{name}_{n}": labels[n] for n in CONNECTIONS}, {})) for name in ("p50", "p99")),
    ]


def of_several(figures: dict[str, dict[str, dict]], keys: Sequence[str]) -> list[tuple[str, list[Bar]]]:
    """Groups of bars to compare targets: one for each of these figures."""
    groups = []
    for figure in FIGURES:
        found = figures[figure.key].items() if figure.key in keys else ()
        bars = [bar(name, figure, one, COLOURS[at % len(COLOURS)]) for at, (name, one) in enumerate(found)]
        groups.append((figure.title, bars))
    return groups


def bar(label: str, figure: Figure, summary: dict, colour: str) -> Bar:
    ratio = "" if summary["ratio"] in (None, 1) else f" ({summary['ratio']:.2f}×)"
    shown = figure.show(summary["median"]) + ratio
    return Bar(label, summary["median"], summary["min"], summary["max"], shown, colour)


def svg(title: str, groups: list[tuple[str, list[Bar]]]) -> str:
    """The groups below each other, each with a scale of its own that begins at 0; groups without bars are left out."""
    parts, y = [], 8
    for name, bars in groups:
        if not bars:
            continue
        parts.append(f'<text x="8" y="{y + GAP / 2:g}" font-weight="600">{escape(name)}</text>')
        y += GAP
        scale = BARS / (max(each.high for each in bars) or 1)
        for each in bars:
            parts.append(drawn(each, y, scale))
            y += ROW
    width, height = LABELS + BARS + VALUES, y + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="13" fill="#223" dominant-baseline="central">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>\n{"".join(parts)}</svg>\n'
    )


def drawn(each: Bar, y: float, scale: float) -> str:
    middle = y + ROW / 2
    low, high, end = (f"{LABELS + value * scale:.1f}" for value in (each.low, each.high, max(each.high, each.value)))
    return (
        f'<text x="{LABELS - 8}" y="{middle:g}" text-anchor="end">{escape(each.label)}</text>'
        f'<rect x="{LABELS}" y="{y + 3:g}" width="{each.value * scale:.1f}" height="{ROW - 6}" fill="{each.colour}"/>'
        f'<path d="M{low} {middle:g}H{high}M{low} {middle - 4:g}v8M{high} {middle - 4:g}v8" stroke="#223"/>'
        f'<text x="{float(end) + 8:.1f}" y="{middle:g}">{escape(each.shown)}</text>\n'
    )
