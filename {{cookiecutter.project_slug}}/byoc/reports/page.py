"""A self-contained HTML page: no script, no network, readable on a phone, of bounded size whatever the data is."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import NamedTuple

MOST_ROWS = 200  # of a table
LONGEST = 500  # characters of a cell
STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #223; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
.wide { overflow-x: auto; } svg { display: block; }
table { border-collapse: collapse; } th, td { padding: .3rem .8rem; border-bottom: 1px solid #dde; text-align: left; }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums; }
.note { color: #556; } .bullets { background: #fff4d6; padding: .8rem .8rem .8rem 2rem; }
"""


class Picture(NamedTuple):
    """An SVG document; `name` is that of its file, without .svg. A `note` says what was left out."""

    name: str
    heading: str
    svg: str
    note: str = ""

    @property
    def html(self) -> str:
        return self.svg


class Table(NamedTuple):
    """Rows of cells. Those after the first MOST_ROWS are left out, which is told, and long cells are cut."""

    heading: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    note: str = ""

    @property
    def html(self) -> str:
        head = "".join(f"<th>{escape(column)}</th>" for column in self.columns)
        rows = iter(self.rows)
        shown = islice(rows, MOST_ROWS)
        body = "".join(f"<tr>{''.join(f'<td>{escape(short(cell))}</td>' for cell in row)}</tr>\n" for row in shown)
        more = sum(1 for _ in rows)
        rest = f'<p class="note">… and {more:,} more rows</p>' if more else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>{rest}"


class Section(NamedTuple):
    """Anything else; `html` is as it goes into the page."""

    heading: str
    html: str
    note: str = ""


Part = Picture | Table | Section


def short(value: object, longest: int = LONGEST) -> str:
    """The value as text, cut after so many characters."""
    told = str(value)
    return told if len(told) <= longest else f"{told[: longest - 1]}…"


def number(value: float) -> str:
    """With four digits, and all of those before the point unless there are very many."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e12 else f"{value:.4g}"


def bullets(heading: str, texts: Sequence[str]) -> Section:
    """A list of texts, each on a line."""
    items = "".join(f"<li>{escape(short(text))}</li>" for text in texts[:MOST_ROWS])
    note = f"the first {MOST_ROWS} of {len(texts):,}" if len(texts) > MOST_ROWS else ""
    return Section(heading, f'<ul class="bullets">{items}</ul>', note)


def page(title: str, parts: Iterable[Part]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{''.join(map(_section, parts))}</body></html>\n"
    )


def _section(part: Part) -> str:
    note = f'<p class="note">{escape(part.note)}</p>' if part.note else ""
    return f'<section><h2>{escape(part.heading)}</h2>{note}<div class="wide">{part.html}</div></section>\n'
