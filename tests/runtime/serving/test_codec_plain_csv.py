"""Many rows of plain CSV are read by column, and come out as if they were read row by row (S-40)."""

from unittest import mock

import pytest

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, plain_csv
from byoc.serving.codecs.records import Record
from byoc.signature import Feature
from mixed_rows import FEATURES, LOOSE, RECORD, shown

MANY = [f"{n / 7},{('red', ' größe ', '')[n % 3]},{n if n % 5 else ''}" for n in range(500)]
ODD = [
    "1,red,3",
    " 1 , red, ",
    "-0,,1e-50",
    '1,"a, b",3',
    "1,red,nan",
    "1,red,+7",
    "",
    ",,",
    "1,red",
    "1,red,3,4",
    "1,2",
    "nan,red,3",
    "inf,red,3",
    "1,red,1e39",
    "x,red,3",
    "1,red,0x1",
    "true,red,3",
    "1,red,[3",
    "1,red,\0",
    '1,"red,3',
]


def test_gaps_among_plain_numbers_are_read_in_one_go(monkeypatch):
    monkeypatch.delattr("byoc.serving.codecs.csv_text._cells")
    record = Record([Feature(name, "float32", 1, True) for name in "abc"])
    rows = codecs.decode_records(b",,\r\n,1,\r\n-2,,3e4\r\n", CSV, record)
    assert shown(rows) == [(None, None, None), (None, 1, None), (-2, None, 3e4)]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("header", ["", "width,colour,age", "age, colour ,width", "age,color,width"])
def test_many_rows_are_read_column_by_column_as_row_by_row(monkeypatch, odd, end, header):
    body = end.join([header, *MANY, odd, *MANY][not header :]).encode()
    found = outcome(body)
    monkeypatch.setattr(plain_csv, "records", mock.Mock(side_effect=ValueError))
    assert outcome(body) == found


def outcome(body: bytes) -> list[tuple] | str:
    try:
        return shown(codecs.decode_records(body, CSV, RECORD))
    except RequestError as error:
        return str(error)


@pytest.mark.parametrize("record", [RECORD, LOOSE, Record([FEATURES[1], Feature("make", "str", "a", True)])])
def test_many_plain_rows_are_never_read_row_by_row(monkeypatch, record):
    monkeypatch.delattr("byoc.serving.codecs.csv_text._cells")
    cells = [str(feature.example) for feature in record.features]
    gaps = ["" if feature.missing else cell for feature, cell in zip(record.features, cells, strict=True)]
    lines = [record.names[::-1], *[cells[::-1], gaps[::-1]] * 1000]
    rows = shown(codecs.decode_records("\r\n".join(map(",".join, lines)).encode(), CSV, record))
    present, missing = set(rows[::2]), set(rows[1::2])
    assert present == {tuple(feature.example for feature in record.features)}
    assert len(rows) == 2000
    assert missing == {tuple(map(gap, record.features))}


def gap(feature: Feature) -> str | float | None:
    """What stands for a missing value; where there may be none, the example."""
    return ("" if feature.is_text else None) if feature.missing else feature.example
