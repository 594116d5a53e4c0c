"""Training data with a header, categories and missing values, or the line at which it is none (T-20 to T-23)."""

import gzip
import math

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.channels.channel import Channel
from byoc.errors import InputError


@pytest.fixture
def channel(tmp_path) -> Channel:
    return Channel("training", tmp_path)


def read(channel, *files: str, categories=("colour",), **how):
    for number, content in enumerate(files):
        (channel.folder / f"{number}.csv").write_text(content, encoding="utf-8")
    return channel.read_records(categories, **how)


def test_columns_are_named_by_the_header_and_empty_cells_are_missing(channel):
    labels, rows = read(channel, '\ufefflabel, width,"colour"\na,1.5, red \n\nb,,"x, y"\n"c",-2,\n')
    assert labels.tolist() == ["a", "b", "c"]
    assert rows.dtype == [("width", np.float32), ("colour", object)]
    assert rows["colour"].tolist() == ["red", "x, y", ""]
    assert rows["width"][[0, 2]].tolist() == [1.5, -2]
    assert math.isnan(rows["width"][1])


def test_files_may_have_their_columns_in_another_order(channel):
    labels, rows = read(channel, "l,width,colour\n1,1,red\n", "l,colour,width\n2,blue,2\n")
    assert labels.tolist() == [1, 2]
    assert rows.tolist() == [(1, "red"), (2, "blue")]


def test_a_header_that_comes_again_is_no_row(channel):
    _, rows = read(channel, "l,width,colour\na,1,red\nl,width,colour\na,2,blue\n")
    assert rows.tolist() == [(1, "red"), (2, "blue")]


def test_without_a_header_columns_are_numbered(channel):
    _, rows = read(channel, "a,1,red\nb,2,\n", categories=["feature_2"])
    assert rows.dtype.names == ("feature_1", "feature_2")
    assert rows["feature_2"].tolist() == ["red", ""]


def test_gzip_is_unpacked(channel):
    (channel.folder / "rows.csv.gz").write_bytes(gzip.compress(b"l,colour\na,red\n"))
    assert channel.read_records(["colour"])[1].tolist() == [("red",)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("l,width,colour\na,wide,red\n", r"line 2, column 2 \(width\): 'wide' is not a number; if the column ho"),
        ("l,width,colour\na,inf,red\n", r"line 2, column 2 \(width\): 'inf' is not a finite float32 number$"),
        ("l,width,colour\na,1e39,red\n", r"line 2, column 2 \(width\): '1e39' is not a finite float32 number$"),
        ("l,width,colour\n ,1,red\n", "line 2, column 1: the label is missing; leave"),
        ("l,width,colour\na,1\n", "line 2: 1 features, but there are 2: width, colour$"),
        (
            "l,width,color\na,1,red\n",
            "line 1: there is no column 'colour' among width, color, but by",
        ),
        ("l,width,colour,width\na,1,red,2\n", "every column needs a name of its own$"),
        ("l,colour,\nb,1,red\n", "line 1: column 3 has no name, as after a comma at the end of a line"),
        ("l\na\n", "every column needs a name of its own$"),
        ("l,width,colour\n", "channel 'training' holds no rows"),
        ("", "channel 'training' holds no rows"),
    ],
)
def test_what_is_no_such_data_is_refused_by_its_line(channel, content, message):
    with pytest.raises(InputError, match=message):
        read(channel, content)


def test_an_algorithm_says_what_to_do_about_text(channel):
    advice = "encode it"
    with pytest.raises(InputError, match=r"'wide' is not a number; encode it$"):
        read(channel, "l,width\na,1\nb,wide\n", categories=[], advice=advice)
    write(channel, "0.csv", {"l": ["a"], "width": ["wide"]})
    with pytest.raises(InputError, match=r"'width' holds text, not numbers; encode it$"):
        channel.read_records([], advice=advice)


@pytest.mark.parametrize("content", ["l,width,colour\na,,\nb,1.5,red\na,,\n", "l,colour,width\na,,\nb,red,1.5\na,,\n"])
def test_without_categories_the_first_value_of_a_column_says_what_it_holds(channel, content):
    _, named = read(channel, content)
    _, found = read(channel, content, categories=None)
    assert found.dtype == named.dtype
    assert found["colour"].tolist() == named["colour"].tolist() == ["", "red", ""]
    assert found["width"].tolist()[1] == 1.5
    assert np.isnan(found["width"][[0, 2]]).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "l,width\na,1\nb,wide\n",
            r"line 3, column 2 \(width\): 'wide' is not a number; if the column holds text, set",
        ),
        (
            "l,width\na,wide\nb,1\n",
            r"line 3, column 2 \(width\): '1' is a number, and text before it; if the column hol",
        ),
        ("l,width\na,inf\n", r"line 2, column 2 \(width\): 'inf' is not a finite float32 number$"),
    ],
)
def test_without_categories_a_column_that_holds_both_is_refused(channel, content, message):
    with pytest.raises(InputError, match=message):
        read(channel, content, categories=None)


def test_files_with_different_columns_are_refused(channel):
    with pytest.raises(InputError, match=r"1.csv, line 1: the columns colour, but before it width, colour$"):
        read(channel, "l,width,colour\na,1,red\n", "l,colour\na,red\n")


def write(channel, name: str, columns: dict) -> None:
    parquet.write_table(pa.table(columns), channel.folder / name)


def test_parquet_and_csv_are_read_into_the_same_records(channel):
    write(channel, "1", {"l": ["a", "b"], "width": [1.5, None], "colour": [" red ", None]})
    (channel.folder / "2.csv").write_text("l,colour,width\nb,,2\n")
    write(channel, "3", {"l": ["b"], "colour": pa.array(["red"]).dictionary_encode(), "width": pa.nulls(1)})
    labels, rows = channel.read_records(["colour"])
    assert labels.tolist() == ["a", "b", "b", "b"]
    assert rows.dtype == [("width", np.float32), ("colour", object)]
    assert rows["colour"].tolist() == ["red", "", "", "red"]
    assert [None if value != value else value for value in rows["width"].tolist()] == [1.5, None, 2, None]


def test_without_categories_parquet_says_what_a_column_holds(channel):
    write(channel, "1", {"l": ["a"], "width": pa.nulls(1), "colour": pa.nulls(1)})
    write(channel, "2", {"l": ["b"], "width": [1.5], "colour": ["red"]})
    (channel.folder / "3.csv").write_text("l,colour,width\na,,2\n")
    write(channel, "4", {"l": ["b"], "width": pa.nulls(1, pa.string()), "colour": pa.nulls(1)})
    _, rows = channel.read_records()
    assert rows["colour"].tolist() == ["", "red", "", ""]
    assert [None if value != value else value for value in rows["width"].tolist()] == [None, 1.5, 2, None]
    write(channel, "5", {"l": ["b"], "width": ["wide"], "colour": ["red"]})
    with pytest.raises(InputError, match="5: column 'width' holds text, and numbers before it; if the column holds t"):
        channel.read_records()


def test_labels_of_parquet_may_be_numbers_of_any_kind(channel):
    write(channel, "rows", {"l": [1.5, -2.0], "width": [1, 2**60 + 1]})  # of which float32 holds but the size
    labels, rows = channel.read_records([])
    assert labels.astype(float).tolist() == [1.5, -2]
    assert rows["width"].tolist() == [1, 2**60]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"l": ["a"], "width": ["1"], "colour": ["x"]},
            "column 'width' holds text, not numbers; if the column",
        ),
        ({"l": ["a"], "width": [1e39]}, r"rows, row 1, column 'width': 1e\+39 is not a finite float32 number$"),
        (
            {"l": ["a"], "colour": [b"1"]},
            "rows: column 'colour' holds binary, not text or numbers; leave it out: ignore = .colour., or name the "
            "label as target$",
        ),
        (
            {"l": ["a", None], "colour": ["x", "y"]},
            "rows, row 2, column 'l': the label is missing; leave",
        ),
        (
            {"l": [1.0, math.nan], "colour": ["x", "y"]},
            "rows, row 2, column 'l': the label is missing; leave",
        ),
        ({"l": ["a"], "width": [1]}, "rows: there is no column 'colour' among width, but by the hyp"),
        ({"l": ["a"]}, "rows: : after the label, every column needs a name of its own$"),
    ],
)
def test_parquet_that_is_no_such_data_is_refused_by_its_place(channel, columns, message):
    write(channel, "rows", columns)
    with pytest.raises(InputError, match=message):
        channel.read_records(["colour"])
