"""Tells by its first bytes or lines what a file is that is no CSV, so that it is refused by its name."""

import csv
import json
import re
from collections.abc import Sequence
from typing import NoReturn

from byoc.errors import InputError, shown

UNPACK = "unpack it; CSV may be packed by gzip alone"
EXPORT = "write it as CSV in UTF-8, or as Parquet"
STARTS = (  # a pattern of what such a file begins with, what it is, what to do; the first that fits
    (rb"\x1f\x8b", "gzip in gzip", UNPACK),
    (rb"BZh[1-9](1AY&SY|\x17\x72\x45)", "packed by bzip2", UNPACK),
    (rb"\xfd7zXZ\0", "packed by xz", UNPACK),
    (rb"[(]\xb5\x2f\xfd", "packed by zstd", UNPACK),
    (rb"\x04\x22\x4d\x18", "packed by lz4", UNPACK),
    (rb"\xff\x06\0\0sNaPpY", "packed by snappy", UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "packed by 7-Zip", UNPACK),
    (rb"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", EXPORT),
    (rb"\xff\xfe\0\0|\0\0\xfe\xff", "text in UTF-32", EXPORT),
    (rb"\xff\xfe", "text in UTF-16", EXPORT),
    (rb"\xfe\xff", "text in UTF-16", EXPORT),
    (rb"PAR1", "Parquet in gzip", "unpack it; Parquet is compressed within"),
    (rb"ARROW1", "an Arrow or Feather file", EXPORT),
    (rb"ORC[^ -~]", "an ORC file", EXPORT),
    (rb"Obj\x01", "an Avro file", EXPORT),
    (rb"\x93NUMPY", "an array of NumPy (.npy)", EXPORT),
    (rb"\x89HDF", "an HDF5 file", EXPORT),
    (rb"\x80\x04", "a pickle", EXPORT),
    (rb"\x80\x05", "a pickle", EXPORT),
    (rb"%PDF-", "a PDF", EXPORT),
    (rb"SQLite format 3", "a SQLite database", EXPORT),
    (rb"\x0a\x23\xd7\xce", "RecordIO", "set RecordWrapperType=RecordIO with TrainingInputMode=Pipe, or unpack it"),
)
ZIP = b"PK\x03\x04"
TAR = slice(257, 262), b"ustar"
JSON = re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{]|\[\s*$)', re.MULTILINE)
MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|error)", re.IGNORECASE)
LOOKED_AT = 512  # bytes
LIBSVM = re.compile(r"[^\s,]+( +qid:\d+)?(?P<values> +\d+:[^\s,]+)* *(#.*)?")
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
OTHERS = DELIMITERS | {"\x01": "Hive's delimiters", "^": "carets", ":": "colons", " ": "spaces"}
QUOTED = (
    "is in quotes as a whole, which makes one cell of it; write rows without quotes around them, as csv.writer and "
    "pandas' to_csv do of columns, but not of texts that were joined"
)
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?[\d.]*,\d+([eE][+-]?\d+)?")


def refuse_bytes(name: str, start: bytes) -> None:
    """Raise InputError if what begins so is known, and is no CSV."""
    for begins, what, way_out in STARTS:
        if re.match(begins, start):
            raise InputError(f"{name}: is {what}, not CSV or Parquet; {way_out}")
    if start.startswith(ZIP):
        is_excel = b"[Content_Types].xml" in start or b"xl/" in start
        what, way_out = ("an Excel workbook (.xlsx)", EXPORT) if is_excel else ("packed by zip", UNPACK)
        raise InputError(f"{name}: is {what}, not CSV or Parquet; {way_out}")
    place, mark = TAR
    if start[place] == mark:
        raise InputError(f"{name}: is a tar archive, not CSV or Parquet; {UNPACK}")
    text = start.removeprefix(b"\xef\xbb\xbf")
    if JSON.match(text) or _is_list(text):
        raise InputError(f"{name}: is JSON, not CSV or Parquet; {EXPORT}, as pandas' read_json and to_csv do")
    if MARKUP.match(text):
        raise InputError(f"{name}: is HTML or XML, not CSV or Parquet; {EXPORT}, if it is no page about an error")
    if b"\0" in start:
        raise InputError(f"{name}: is {_with_zeros(start)}, not CSV or Parquet: it holds zero bytes; {EXPORT}")


def _with_zeros(start: bytes) -> str:
    """What text it is that has a zero in nearly every second byte, or in three of four; or that it is none."""
    halves = sorted(start[place::2].count(0) for place in range(2))
    quarters = sorted(start[place::4].count(0) for place in range(4))
    most = len(start) / 5
    if quarters[0] < most < quarters[1]:
        return "text in UTF-32"
    return "text in UTF-16" if halves[0] < most < halves[1] else "no text"


def _is_list(text: bytes) -> bool:
    """Whether the first line is a list in JSON."""
    if not text.startswith(b"["):
        return False
    try:
        json.loads(text.splitlines()[0])
    except ValueError:
        return False
    return True


def refuse_lines(name: str, lines: Sequence[str]) -> None:
    """Raise InputError if the first lines are libsvm, or CSV with another delimiter than the comma."""
    lines = [line.rstrip("\r\n") for line in lines if line.strip()]
    if max(map(len, lines), default=0) >= csv.field_size_limit():
        return
    found = [LIBSVM.fullmatch(line) for line in lines]
    if all(found) and any(match["values"] for match in found):
        way_out = "scikit-learn's load_svmlight_file reads it; write what it gives as CSV, the label first"
        raise InputError(f"{name}: is libsvm (label index:value …), not CSV; {way_out}")
    for delimiter, what in DELIMITERS.items():
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        if rows and len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows) and _without_commas(rows):
            _refuse_delimiter(name, delimiter, what)
    _refuse_quoted(name, lines)
    _refuse_one_column(name, lines)


def _refuse_quoted(name: str, lines: Sequence[str]) -> None:
    """Raise InputError for rows that are a single cell each, or one behind an index."""
    rows = list(csv.reader((f"{line}\n" for line in lines), skipinitialspace=True))
    below = rows[1:] or rows
    if below and all(in_quotes(cells) for cells in below):
        raise InputError(f"{name}, line {1 if in_quotes(rows[0]) else 2}: the row {QUOTED}")
    if len(below) > 1 and all(len(cells) == 2 and _is_row(cells[1]) for cells in below):
        raise InputError(f"{name}, line 2: the second cell {QUOTED}")


def in_quotes(cells: Sequence[str]) -> bool:
    """Whether these cells of a row are one that holds a whole row."""
    return len(cells) == 1 and "," in cells[0]


def _is_row(cell: str) -> bool:
    values = cell.split(",")
    return len(values) > 2 and all(map(NUMBER.fullmatch, values[1:]))


def _refuse_delimiter(name: str, delimiter: str, what: str) -> NoReturn:
    separator = r"\s+" if delimiter == " " else delimiter
    raise InputError(
        f"{name}: has {what} ({delimiter!r}) between its columns; CSV here has commas, and a point in numbers: "
        f"with pandas, read_csv(f, sep={separator!r}, decimal=…) and to_csv(f, index=False)"
    )


def _refuse_one_column(name: str, lines: Sequence[str]) -> None:
    """Raise InputError if the first line has one column by commas: there must be a label and a feature."""
    if lines and re.fullmatch("sep=.", lines[0], re.IGNORECASE):
        raise InputError(f"{name}, line 1: {lines[0]!r} is for Excel alone; leave it out")
    rows = list(csv.reader((f"{line}\n" for line in lines), skipinitialspace=True))  # a cell may have several lines
    if not rows or len(rows[0]) != 1:
        return
    for delimiter, what in OTHERS.items():
        if all(delimiter in line.strip() for line in lines):
            _refuse_delimiter(name, delimiter, what)
    if len(rows) > 1 and all(len(cells) > 1 for cells in rows[1:]):
        raise InputError(f"{name}, line 1: {shown(lines[0])} has no comma, and the lines below do; leave it out")


def _without_commas(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the only commas in cells are those of numbers such as 5,1."""
    return all("," not in cell or DECIMAL_COMMA.fullmatch(cell.strip()) for row in rows for cell in row)
