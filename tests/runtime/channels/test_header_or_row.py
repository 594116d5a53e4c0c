"""An index or a header is not taken for data, nor a row for a header (kinds 1 and 3)."""

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


TEXTS = [("yes" if n % 2 else "no", ("red", "blue", "green")[n % 3], ("round", "long")[n // 7 % 2]) for n in range(60)]


def lines(rows: list[tuple[str, ...]]) -> str:
    return "".join(",".join(row) + "\n" for row in rows)


def test_rows_of_text_without_a_header_are_all_learnt_from(lay):
    labels, rows = lay(lines(TEXTS)).read_records()
    assert rows.dtype.names == ("feature_1", "feature_2")
    assert [*zip(labels, *(rows[name] for name in rows.dtype.names), strict=True)] == TEXTS


def test_so_are_those_of_which_the_first_comes_again_at_once(lay):
    assert len(lay(lines([*TEXTS[:1] * 3, *TEXTS])).read_records()[0]) == 63


def test_so_are_those_of_the_second_file(lay):
    labels, _ = lay(lines(TEXTS), "maybe,x,y\n").read_records()
    assert len(labels) == 61


def test_whole_numbers_as_labels_are_rows_too(lay):
    labels, rows = lay("1,red\n2,blue\n3,red\n").read_records()
    assert (labels.tolist(), rows["feature_1"].tolist()) == ([1, 2, 3], ["red", "blue", "red"])


def test_a_missing_number_in_the_first_row_makes_no_header_of_it(lay):
    labels, rows = lay("a,NA,red\nb,5,blue\na,6,red\n").read_records()
    assert labels.tolist() == ["a", "b", "a"]
    assert [str(value) for value in rows["feature_1"]] == ["nan", "5.0", "6.0"]


def test_texts_below_a_header_are_all_learnt_from_and_the_header_is_told(lay, capsys):
    labels, rows = lay("answer,colour,shape\n" + lines(TEXTS)).read_records()
    assert (rows.dtype.names, len(labels)) == (("colour", "shape"), 60)
    assert (
        "line 1: taken for a header, though no column holds numbers: answer, colour, shape" in capsys.readouterr().out
    )


def test_a_header_that_names_a_category_is_one_beyond_doubt(lay, capsys):
    content = "answer,colour,shape\n" + lines(TEXTS)
    labels, _ = lay(content + content).read_records(["colour", "shape"])
    assert len(labels) == 120
    assert "its header comes 1 times more" in capsys.readouterr().out


def test_a_header_may_come_again_with_its_columns_in_another_order(lay):
    labels, rows = lay("kind,width,colour\na,1,red\ncolour,kind,width\nblue,b,2\n").read_records()
    assert labels.tolist() == ["a", "b"]
    assert rows.tolist() == [(1, "red"), (2, "blue")]


@pytest.mark.parametrize("content", ["yes,a\nno,b\n" * 30, ("answer,size\n" + "yes,a\nno,b\nno,a\n") * 3])
def test_what_may_be_a_header_or_a_row_is_refused(lay, content):
    with pytest.raises(InputError, match="is line 1 again, and no column holds numbers: it may be a header or a row"):
        lay(content).read_records()


def test_many_columns_of_text_take_little_memory_to_tell(lay):
    """Not a thousand rows of them."""
    row = ",".join(["x"] * 5000) + "\n"
    labels, _ = lay("a," + row + ("b," + row) * 3).read_records()
    assert labels.tolist() == ["a", "b", "b", "b"]


@pytest.mark.parametrize("rows", ["a,1,\nb,2,\n", "a,x,\nb,y,\n", "a,x,\nb,y\n"])
def test_a_comma_at_the_end_of_lines_makes_no_row_of_the_header_and_the_advice_works(lay, rows):
    content = "kind,width,\n" + rows
    with pytest.raises(InputError, match=r"line 1: column 3 has no name, as after a comma at .* = 3$"):
        lay(content).read_records()
    if rows.endswith("y\n"):
        return  # lines of different lengths are another fault
    labels, read = lay(content, ignore=3).read_records()
    assert (labels.tolist(), read.dtype.names) == (["a", "b"], ("width",))


@pytest.mark.parametrize("chosen", ["kind", None])
def test_booleans_show_that_the_first_line_is_a_header(lay, capsys, chosen):
    labels, rows = lay("kind,wide\na,True\nb,False\n", target=chosen).read_records()
    assert (labels.tolist(), rows["wide"].tolist()) == (["a", "b"], ["True", "False"])
    assert "warning" not in capsys.readouterr().out


def test_booleans_without_a_header_are_rows(lay):
    assert lay("True,x\nFalse,y\nTrue,y\n").read_records()[0].tolist() == ["True", "False", "True"]


@pytest.mark.parametrize("rows", [20, 3000])
def test_a_column_of_names_is_warned_of(lay, capsys, rows):
    people = "".join(f"{'ab'[n % 2]},Mr {n},{'red' if n % 3 else 'blue'},{n % 5}\n" for n in range(rows))
    channel = lay("kind,name,colour,children\n" + people)
    channel.read_records()
    told = capsys.readouterr().out
    assert "0.csv: column 'name' has another text in nearly every row, as names have" in told
    assert "colour" not in told
    channel.read_records(["name", "colour"], meaning=str)  # documents
    assert "warning" not in capsys.readouterr().out


@pytest.mark.parametrize("target", ["kind", None])
def test_names_above_rows_with_a_cell_more_are_refused(refused, target):
    rows = "".join(f'"{n + 1}","{"ab"[n % 2]}",{n / 2}\n' for n in range(20))
    words = (
        "line 1: 2 names above rows of 3 cells: the first is an index, as R's write.table writes it (row.names=FALSE"
    )
    refused(words, '"kind","width"\n' + rows, target=target)


def test_a_first_label_that_comes_once_may_be_a_headers_and_the_advice_works(lay, read, capsys):
    """As its other names are numbers, such as years, it is a row as well as any other."""
    content = "kind,2019,2020\n" + "".join(f"{'ab'[n % 2]},{n / 2},{n % 7}\n" for n in range(20))
    assert len(read(lay(content)).labels) == 21
    words = "0.csv: the first label, 'kind', is that of no other row: if the first line is a header, set the hyper"
    assert words in capsys.readouterr().out
    rows = read(lay(content, target="kind"))
    assert (rows.names, rows.labels) == (["2019", "2020"], ["a", "b"] * 10)
    assert "warning" not in capsys.readouterr().out
