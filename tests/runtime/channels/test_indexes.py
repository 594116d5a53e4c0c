"""An index, and names that only count the columns, are told from data, in CSV and Parquet."""

import re

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.errors import InputError

TABLE = [(n % 3, n * 0.5, n % 4 + 0.25) for n in range(30)]


ROWS = "".join(f"{label},{width},{height}\n" for label, width, height in TABLE)


WITH_INDEX = "".join(f"{n},{label},{width},{height}\n" for n, (label, width, height) in enumerate(TABLE))


LABELS = [label for label, *_ in TABLE]


FEATURES = [tuple(features) for _, *features in TABLE]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (",kind,width,height\n", "line 1: column 1 has no name: it is an index, not data; write the file without it"),
        (",0,1,2\n", "line 1: column 1 has no name: it is an index"),
        (
            "",
            ": column 1 counts the rows, 0 to 29: an index, as to_csv writes it, and not labels; write",
        ),
    ],
)
def test_the_index_that_to_csv_writes_first_is_no_label(refused, header, words):
    refused(words, header + WITH_INDEX)


@pytest.mark.parametrize("header", [",kind,width,height\n", ",0,1,2\n", ""])
def test_the_index_can_be_left_out(lay, read, header):
    rows = read(lay(header + WITH_INDEX, ignore=1))
    assert (rows.labels, rows.features) == (LABELS, FEATURES)


def test_what_counts_the_rows_can_be_learnt_by_those_who_say_so(lay, read):
    assert read(lay(WITH_INDEX, target=1)).labels == [*range(30)]


@pytest.mark.parametrize("name", ["Unnamed: 0", "Unnamed: 0.1", "rownames", "__index_level_0__"])
def test_the_index_that_was_written_twice_is_refused_wherever_it_is(lay, name):
    for header in (f"{name},kind,width,height\n", f"kind,{name},width,height\n"):
        with pytest.raises(InputError, match=re.escape(f"{name!r}: it is an index, not data")):
            lay(header + WITH_INDEX).read_records()


def test_each_file_counts_for_itself(refused):
    refused("column 1 counts the rows, 0 to 29", WITH_INDEX, WITH_INDEX)


def test_an_index_that_was_shuffled_is_warned_of_once(lay, read, capsys):
    order = np.random.default_rng(0).permutation(30)
    lines = WITH_INDEX.splitlines(keepends=True)
    channel = lay("".join(lines[n] for n in order))
    assert read(channel).labels == order.tolist()
    read(channel)
    (warning,) = capsys.readouterr().out.splitlines()
    assert "column 1, which is learnt, has another whole number in each of 30 rows: if it is an index" in warning


def test_an_index_among_the_features_is_warned_of(lay, read, capsys):
    read(lay("".join(f"{label},{n},{width}\n" for n, (label, width, _) in enumerate(TABLE))))
    (warning,) = capsys.readouterr().out.splitlines()
    assert re.search(
        r"column ('feature_1'|2) counts the rows, 0 to 29, and is learnt from: if it is an index, name it", warning
    )


def test_no_other_numbers_are_warned_of(lay, read, capsys):
    assert read(lay(ROWS)).features == FEATURES
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("0,1,2\n", "line 1: 0 to 2 count the columns, as pandas does where they have no names: it is a header"),
        ("label,0,1\n", "column 1: the first label is 'label', and all others are numbers: if the first line is a"),
        ("label,2019,2020\n", "column 1: the first label is 'label', and all others are numbers"),
    ],
)
def test_a_header_of_numbers_is_no_row(refused, header, words):
    refused(words, header + ROWS)


def test_a_header_that_counts_beside_the_labels_name_is_a_header(lay):
    labels, rows = lay("kind,0,1,2\n" + "".join(f"{line},1\n" for line in ROWS.splitlines())).read_records()
    assert labels.tolist() == LABELS
    assert rows.dtype.names == ("0", "1", "2")


@pytest.mark.parametrize("rows", ["0,1\n1,5\n0,2\n", "0,1,2\n1,5,2.5\n0,2.5,3\n"])
def test_few_whole_numbers_that_count_are_only_warned_of(lay, read, capsys, rows):
    assert read(lay(rows)).labels == [0, 1, 0]
    assert (
        "count the columns, as pandas does where they have no names, but is taken for a row" in capsys.readouterr().out
    )


@pytest.mark.parametrize("rows", ["0,1\n0.0,5\n1.0,2\n", "0,1,2\n1,5.5,2\n0,2.5,3\n", "0,1,2,3\n1,5,2,3\n0,2,3,4\n"])
def test_other_numbers_below_show_that_a_line_that_counts_is_a_header(refused, rows):
    refused("count the columns, as pandas does where they have no names: it is a header", rows)


def test_the_index_of_a_data_frame_in_parquet_is_left_out_with_a_warning(lay, read, capsys):
    channel = lay()
    width = pa.array([float(n % 5) for n in range(12)])
    table = pa.table({"kind": ["a", "b"] * 6, "width": width, "__index_level_0__": [*range(5, 17)]})
    told = {b"pandas": b'{"index_columns": ["__index_level_0__"]}'}
    parquet.write_table(table.replace_schema_metadata(told), channel.folder / "0.csv")
    rows = read(channel)
    assert (rows.names, rows.labels) == (["width"], ["a", "b"] * 6)
    assert "column '__index_level_0__' is the index of a DataFrame, and left out" in capsys.readouterr().out
    parquet.write_table(table, channel.folder / "0.csv")
    with pytest.raises(InputError, match="column 3 is named '__index_level_0__': it is an index, not data"):
        read(channel)
