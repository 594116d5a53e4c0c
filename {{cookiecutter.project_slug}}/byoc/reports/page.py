"""A self-contained HTML page: no script, no network, readable on a phone."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #223; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
.wide { overflow-x: auto; } svg { display: block; }
table { border-collapse: collapse; } th, td { padding: .3rem .8rem; border-bottom: 1px solid #dde; text-align: left; }
td + td, th + th { text-align: right; font-variant-numeric: tabular-nums; }
"""


class Picture(NamedTuple):
    """An SVG document; `name` is that of its file, without .svg."""

    name: str
    heading: str
    svg: str

    @property
    def html(self) -> str:
        return self.svg


class Table(NamedTuple):
    heading: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]

    @property
    def html(self) -> str:
        head = "".join(f"<th>{escape(column)}</th>" for column in self.columns)
        rows = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in self.rows)
        body = "".join(f"<tr>{row}</tr>\n" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


class Section(NamedTuple):
    """Anything else; `html` is as it goes into the page."""

    heading: str
    html: str


Part = Picture | Table | Section


def page(title: str, parts: Iterable[Part]) -> str:
    sections = (
        f'<section><h2>{escape(part.heading)}</h2><div class="wide">{part.html}</div></section>\n' for part in parts
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{''.join(sections)}</body></html>\n"
    )
