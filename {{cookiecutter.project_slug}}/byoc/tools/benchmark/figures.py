"""The figures: names, medians over the rounds, spreads, and ratios to the first target."""

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from .rounds import COMPARED_AT, CONNECTIONS, Measured
from .sample import Sample

NOISY = 0.2  # a spread above it


@dataclass(frozen=True)
class Figure:
    key: str
    title: str
    decimals: int

    def show(self, value: float) -> str:
        return f"{value:,.{self.decimals}f}"


AT = {count: f"{count} connection{'s' if count > 1 else ''}" for count in CONNECTIONS}
FIGURES = [
    *(Figure(f"rate_{count}", f"one-row requests/s, {AT[count]}", 0) for count in CONNECTIONS),
    *(Figure(f"{name}_{count}", f"{name}, {AT[count]}, ms", 2) for count in CONNECTIONS for name in ("p50", "p99")),
    Figure("large_ms", "a large body, ms", 0),
    Figure("start_s", "start to the first 200, s", 2),
    Figure("memory_mb", "memory after load, MB", 1),
    Figure("size_mb", "image above its base, MB", 1),
    Figure("empty_rate", f"empty handler, requests/s, {AT[COMPARED_AT]}", 0),
    Figure("predicting", "predicting against an empty handler", 2),
]


def summary(values: list[float], baseline: list[float]) -> dict:
    """Median, extremes, and the ratio of the median to the baseline's (None without one)."""
    middle = median(values)
    return {
        "median": middle,
        "min": min(values),
        "max": max(values),
        "ratio": middle / median(baseline) if baseline else None,
        "values": values,
    }


def summaries(measured: dict[str, Measured]) -> dict[str, dict[str, dict]]:
    """{figure's key: {target's name: summary}}; the first of several targets is the baseline."""
    names = list(measured)
    baseline = measured[names[0]].values if len(names) > 1 else {}
    return {
        figure.key: {
            name: summary(seen.values[figure.key], baseline.get(figure.key, []))
            for name, seen in measured.items()
            if figure.key in seen.values
        }
        for figure in FIGURES
    }


def spread(summary: dict) -> float:
    """How far the rounds lie apart, as a part of their median."""
    return (summary["max"] - summary["min"]) / summary["median"]


def noise(figures: dict[str, dict[str, dict]]) -> float:
    """The widest spread of the rates at COMPARED_AT connections."""
    return max(map(spread, figures[f"rate_{COMPARED_AT}"].values()), default=0.0)


def results(measured: dict[str, Measured], rounds: int, seconds: int, sample: Sample) -> dict:
    """All that is saved."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rounds": rounds,
        "seconds": seconds,
        "large_body": {"lines": len(sample.large), "bytes": sum(map(len, sample.large))},
        "memory_by": " and ".join(sorted(set().union(*(seen.memory_by for seen in measured.values())))),
        "targets": list(measured),
        "figures": summaries(measured),
        "left_out": {name: seen.left_out for name, seen in measured.items() if seen.left_out},
    }


def machine() -> str:
    """Such as "2 × AMD EPYC, Linux x86_64"."""
    try:
        name = re.search(r"^model name\s*: (.+)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[1]
    except (OSError, TypeError):
        name = platform.processor() or "CPU"
    return f"{os.cpu_count()} × {name.strip()}, {platform.system()} {platform.machine()}"
