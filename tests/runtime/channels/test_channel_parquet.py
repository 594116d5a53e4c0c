"""Parquet gives the same rows as CSV, and a plain sentence where pyarrow is not installed."""

import os
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.channels import parquet as reader
from byoc.channels.channel import Channel
from byoc.channels.chosen import ChosenColumns
from byoc.channels.precision import Rounded
from byoc.errors import InputError

ROWS = {"kind": ["b", "a", "b"], "width": [1, 2, 3], "height": [0.5, 1.5, 2.5]}


@pytest.fixture
def channel(tmp_path) -> Channel:
    return Channel("training", tmp_path)


def write(channel: Channel, name: str, rows: dict, **options) -> None:
    parquet.write_table(pa.table(rows), channel.folder / name, **options)


def test_without_pyarrow_a_sentence_says_which_line_to_add_where(channel, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    write(channel, "rows", ROWS)
    with pytest.raises(InputError, match=r"rows: .* add pyarrow to requirements/algorithm\.in") as refusal:
        channel.read_labelled()
    assert "\n" not in str(refusal.value)


def test_parquet_and_csv_are_read_into_the_same_arrays(channel):
    write(channel, "1.csv", ROWS)  # it is no matter how a file is named
    (channel.folder / "2.parquet").write_text("c,4,3.5\na,5,4.5\n")
    write(channel, "3", {**ROWS, "kind": [" b ", "d", "a"]})
    labels, features = channel.read_labelled()
    assert labels.tolist() == ["b", "a", "b", "c", "a", "b", "d", "a"]
    assert features.dtype == np.float32
    assert features.tolist() == [[1, 0.5], [2, 1.5], [3, 2.5], [4, 3.5], [5, 4.5], [1, 0.5], [2, 1.5], [3, 2.5]]


@pytest.mark.parametrize(
    ("labels", "read"),
    [
        (pa.array([7, -1, 7], pa.int8()), [7, -1, 7]),
        (pa.array(["7", "-1", "7"], pa.large_string()), [7, -1, 7]),
        (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        (pa.array([7, -1, 7]).dictionary_encode(), [7, -1, 7]),
    ],
    ids=["whole numbers", "whole numbers as text", "categories", "whole numbers as categories"],
)
def test_labels_are_whole_numbers_or_text(channel, labels, read):
    write(channel, "rows", {**ROWS, "kind": labels})
    assert channel.read_labelled()[0].tolist() == read


def test_many_rows_come_in_parts_and_a_bad_one_is_named_by_its_number_in_the_file(channel, monkeypatch):
    monkeypatch.setattr(reader, "ROWS_AT_ONCE", 4)
    rows = {"kind": [str(n % 3) for n in range(10)], "width": [float(n) for n in range(10)]}
    write(channel, "rows", rows, row_group_size=5)
    labels, features = channel.read_labelled()
    assert labels.tolist() == [n % 3 for n in range(10)]
    assert features[:, 0].tolist() == rows["width"]
    rows["width"][7] = float("nan")
    write(channel, "rows", rows)
    with pytest.raises(InputError, match="rows, row 8, column 'width': no value may be missing here"):
        channel.read_labelled()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            {"kind": ["a", "b"], "width": [1, None]},
            ", row 2, column 'width': no value may be missing here; leave",
        ),
        ({"kind": ["a", "b"], "width": [True, False]}, ": column 'width' holds bool, not numbers; cast it to int8"),
        ({"kind": ["a", None], "width": [1, 2]}, ", row 2, column 'kind': the label is missing"),
        ({"kind": ["a", " "], "width": [1, 2]}, ", row 2, column 'kind': the label is missing"),
        ({"kind": [b"a", b"b"], "width": [1, 2]}, ": column 'kind', the label, holds binary, not text or numbers"),
        ({"kind": ["a", "b"], "width": [1, 1e39]}, ", row 2, column 'width': 1e+39 is not a finite float32 number"),
        ({"kind": ["a", "b"]}, ": a row needs a label and at least one feature; its only column is 'kind'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(channel, rows, message):
    write(channel, "rows", rows)
    with pytest.raises(InputError) as refusal:
        channel.read_labelled()
    assert str(refusal.value).startswith(f"{channel.folder / 'rows'}{message}")


def test_files_of_different_width_are_refused(channel):
    write(channel, "1", ROWS)
    write(channel, "2", {"kind": ["a"], "width": [1]})
    with pytest.raises(InputError, match="2: 1 features, but the rows before it have 2"):
        channel.read_labelled()


def test_a_file_that_only_begins_as_parquet_is_refused(channel):
    (channel.folder / "rows").write_bytes(b"PAR1,1\n")
    with pytest.raises(InputError, match="rows: not Parquet: "):
        channel.read_labelled()


def test_a_pipe_without_records_is_refused_with_what_to_use(channel):
    source, sink = os.pipe()
    os.write(sink, reader.MAGIC)
    os.close(sink)
    with os.fdopen(source, "rb") as content, pytest.raises(InputError, match="use RecordWrapperType=RecordIO"):
        list(reader.batches("training_0", content, ChosenColumns(), Rounded()))
