"""Medians, spreads and ratios of what was measured, as text and as JSON."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One thing measured of every image. To add one: a line here, and a value in compare.measure."""

    key: str
    title: str
    decimals: int


FIGURES = [
    Figure("size_mb", "size above base, MB", 1),
    Figure("start_s", "start to first 200, s", 3),
    Figure("memory_mb", "memory after load, MB", 1),
    Figure("rate", "one-row requests/s", 0),
]
OVERHEAD = Figure("overhead_s", "engine overhead, s", 3)


def summary(values: list[float], baseline: list[float] | None = None) -> dict:
    """Median, spread, and ratio of the median to the baseline's (None without one)."""
    middle = median(values)
    ratio = middle / median(baseline) if baseline else None
    return {"median": middle, "min": min(values), "max": max(values), "ratio": ratio, "values": values}


def summaries(measured: dict[str, dict[str, list[float]]]) -> dict[str, dict[str, dict]]:
    """From {image: {figure key: values}} to {figure key: {image: summary}}; the first image is the baseline."""
    baseline = next(iter(measured.values()))
    return {
        figure.key: {image: summary(values[figure.key], baseline[figure.key]) for image, values in measured.items()}
        for figure in FIGURES
    }


def line(values: dict[str, float]) -> str:
    """One round's values, for a progress line."""
    return "; ".join(f"{f.title}: {values[f.key]:.{f.decimals}f}" for f in FIGURES if f.key in values)


def table(results: dict) -> str:
    """Aligned text, one line for each figure of each image; `results` as compare.py writes them to JSON."""
    lines = [("", "", "median", "min..max", "ratio")]
    for figure in FIGURES:
        lines += [cells(figure, image, values) for image, values in results["figures"][figure.key].items()]
    lines.append(cells(OVERHEAD, f"{results['base']} true", results["engine_overhead_s"]))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = [
        f"{title:{widths[0]}}  {image:{widths[1]}}  {middle:>{widths[2]}}  {spread:>{widths[3]}}  {ratio:>{widths[4]}}"
        for title, image, middle, spread, ratio in lines
    ]
    how = "\n{rounds} rounds, {seconds} s of load, {connections} connections; memory by {memory_by}".format(**results)
    return "\n".join(text.rstrip() for text in [*aligned, how])


def cells(figure: Figure, image: str, values: dict) -> tuple[str, str, str, str, str]:
    middle, low, high = (f"{values[name]:,.{figure.decimals}f}" for name in ("median", "min", "max"))
    ratio = "-" if values["ratio"] is None else f"{values['ratio']:.2f}"
    return figure.title, image, middle, f"{low}..{high}", ratio
