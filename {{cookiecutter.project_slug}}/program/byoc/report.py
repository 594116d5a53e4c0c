"""A self-contained HTML page about a training job: no script, no network, readable on a phone."""

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #223; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
.wide { overflow-x: auto; } svg { display: block; }
table { border-collapse: collapse; } th, td { padding: .3rem .8rem; border-bottom: 1px solid #dde; text-align: left; }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums; }
"""


def page(title: str, sections: Iterable[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{''.join(sections)}</body></html>\n"
    )


def picture(heading: str, svg: str) -> str:
    return section(heading, svg)


def table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>\n" for row in rows)
    return section(heading, f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>")


def summary(heading: str, names: Sequence[str], features: np.ndarray, labels: np.ndarray) -> str:
    """How many rows each label has, and the range of each feature; `features` is (rows, features)."""
    values, counts = np.unique(labels, return_counts=True)
    by_label = [*zip(values, counts, strict=True), ("all", len(labels))]
    return table(heading, ("label", "rows"), by_label) + ranges("Features", names, features)


def ranges(heading: str, names: Sequence[str], features: np.ndarray) -> str:
    """The range of each feature."""
    spread = zip(names, features.min(axis=0), np.median(features, axis=0), features.max(axis=0), strict=True)
    rows = [(name, *(f"{value:.4g}" for value in numbers)) for name, *numbers in spread]
    return table(heading, ("feature", "min", "median", "max"), rows)


def section(heading: str, content: str) -> str:
    """`content` is HTML."""
    return f'<section><h2>{escape(heading)}</h2><div class="wide">{content}</div></section>\n'
