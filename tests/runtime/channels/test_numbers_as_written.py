"""Numbers as people's files have them: with more digits than are kept, with signs beside them, or infinite."""

import struct

import pytest

from byoc import notices
from byoc.channels.channel import Channel
from byoc.errors import InputError
from conftest import labelled, mixed

IDS = [12345678901234567890 + place % 3 for place in range(30)]


def rows(cells: list, header: str = "y,a,b\n") -> str:
    """A label, those cells and a number; the first line is 2, or 1 without a header."""
    return header + "".join(f"{'xz'[place % 2]},{cell},{place % 7}\n" for place, cell in enumerate(cells))


def columns(cells: list) -> dict:
    return {"y": ["xz"[place % 2] for place in range(len(cells))], "a": cells, "b": [*range(len(cells))]}


def told(words: str) -> list[str]:
    return [line for line in notices.given() if words in line]


@pytest.mark.parametrize("numbers", [IDS, [2**53 + 1, 2**53], [-(2**60) - 1, 2**60 + 1], [f"{2**53 + 1}.0", 1]])
def test_whole_numbers_that_are_rounded_are_told_with_the_way_out(lay, numbers):
    place, kept = "0.csv, line 2, column 2 (a)", int(float(numbers[0]))
    mixed(lay(rows(numbers)))
    (line,) = told("is learnt as")
    assert f"{place}: {numbers[0]} is learnt as {kept}: no number here has so many digits" in line
    way_out = (
        'leave the column out: ignore = "a"; or name it in the hyperparameter categories, to have them learnt as text'
    )
    assert line.endswith(way_out)


def test_so_they_are_in_rows_of_numbers_alone(lay):
    labelled(lay(rows([1, *IDS], header="")))
    (line,) = told("is learnt as")
    assert f"line 2, column 2: {IDS[0]} is learnt as 12345678901234567168: no" in line
    assert line.endswith("leave the column out: ignore = 2")


@pytest.mark.parametrize("numbers", [[1, 2**53 + 1, 2**53 + 2], [None, 2**53 + 1]])
def test_so_they_are_in_parquet(lay, read, numbers):
    if None in numbers and read is labelled:
        numbers = numbers[1:]
    read(lay(columns(numbers)))
    (line,) = told("is learnt as")
    row = numbers.index(2**53 + 1) + 1
    assert f"0.csv, row {row}, column 'a': {2**53 + 1} is learnt as {2**53}: no" in line


@pytest.mark.parametrize("numbers", [[2**53 - 1, 1], [2**60, 2**61], ["6.02e23", "1.5e30"], ["1e20", 1]])
def test_numbers_that_are_kept_and_measures_are_not(lay, read, numbers):
    read(lay(rows(numbers, "" if read is labelled else "y,a,b\n")))
    assert not told("is learnt as")


def test_ids_that_are_named_as_categories_or_are_labels_stay_apart(lay):
    labels, read = lay(rows(IDS)).read_records(["a"])
    assert sorted(set(read["a"])) == sorted({str(number) for number in IDS})
    assert not told("is learnt as")
    labels, _ = lay("y,a\n" + "".join(f"{number},1\n" for number in IDS)).read_records()
    assert labels.tolist() == [str(number) for number in IDS]


WRITTEN = {"1,234": "1234", "1,234,567.5": "1234567.5", "5%": "5", "12 %": "12", "0x1F": "31", "-0xa": "-10", "$5": "5",
           "-$1,000": "-1000", "7 €": "7", "1.234,5": "1234.5", "5,1": "5.1", "1'234": "1234"}  # fmt: skip


@pytest.mark.parametrize("cell", WRITTEN)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_of_numbers_that_are_written_otherwise_is_learnt_as_text_with_a_warning(lay, cell, kind):
    cells = [cell, "", "NA", cell]
    channel = lay(rows([f'"{cell}"' for cell in cells]) if kind == "csv" else columns(cells))
    assert mixed(channel).features[0][0] == cell
    assert told("written otherwise") == [
        f"columns of numbers that are written otherwise are learnt as text: 'a', with {cell!r} for {WRITTEN[cell]}; "
        "write plain numbers, or name the columns in the hyperparameter categories if text is meant"
    ]


def test_all_such_columns_are_told_in_one_line_and_those_that_are_named_in_none(lay):
    content = "y,a,b,c\n" + 'x,"1,234",5%,red\nz,"5,678",6%,5%\n'
    mixed(lay(content))
    (line,) = told("written otherwise")
    assert "'a', with '1,234' for 1234, 'b', with '5%' for 5; write" in line
    notices._given.clear()
    lay(content).read_records(["a", "b", "c"])
    assert not told("written otherwise")


@pytest.mark.parametrize("cells", [["red", "5%"], ["2020-01-01", "2020-01-02"], ["10:30", "11:30"], ["A1", "B2"],
                                   ["1.2.3", "1.2.4"], ["20-30", "30-40"], ["5 kg", "6 kg"], ["$", "%"]])  # fmt: skip
def test_other_texts_are_texts(lay, cells):
    mixed(lay(rows(cells * 10)))
    assert not told("written otherwise")


@pytest.mark.parametrize("cell", WRITTEN)
def test_one_among_numbers_is_refused_with_what_to_write(lay, read, cell):
    header = "" if read is labelled else "y,a,b\n"
    with pytest.raises(InputError) as refusal:
        read(lay(rows(["1", "2", f'"{cell}"'], header)))
    line = 4 if header else 3
    assert f"line {line}, column 2" in str(refusal.value)
    assert f": {cell!r} is not a number: write {WRITTEN[cell]}" in str(refusal.value)


def test_and_so_are_those_above_the_first_plain_number(lay):
    told = r"line 2, column 2 \(a\): '1,234' is not a number, as there are below: write 1234; "
    with pytest.raises(InputError, match=told):
        mixed(lay(rows(['"1,234"', "999"])))


QUOTED = "is in quotes as a whole, which makes one cell of it; write rows without quotes around them, as csv.writer"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('"x,5.1,3"\n"z,4.9,2"\n', "line 1: the row"),
        ('"y,a,b"\n"x,5.1,3"\n"z,4.9,2"\n', "line 1: the row"),
        ('y,a,b\n"x,5.1,3"\n"z,4.9,2"\n', "line 2: the row"),
        ('0\n"x,5.1,3"\n"z,4.9,2"\n', "line 2: the row"),  # to_csv(index=False) of a column of joined rows
        (',0\n0,"x,5.1,3"\n1,"z,4.9,2"\n', "line 2: the second cell"),  # and with its index
        ('"x,5.1,3"', "line 1: the row"),
    ],
)
def test_rows_in_quotes_are_called_so(refused, content, place):
    refused(f"{place} {QUOTED}", content)


def test_so_is_one_far_below(refused, read):
    header = "" if read is labelled else "y,a,b\n"
    refused(f"line {31 if header else 30}: the row {QUOTED}", header + "x,1,2\nz,2,3\n" * 14 + 'x,1,2\n"z,5.1,3"\n')


@pytest.mark.parametrize("cell", ["inf", "Infinity", "-inf", "+Infinity", "INF", "1e999"])
@pytest.mark.parametrize("place", [0, 700])
def test_infinity_is_refused_by_its_place(refused, read, cell, place):
    header = "" if read is labelled else "y,a,b\n"
    line = place + 1 + bool(header)
    refused(f"line {line}, column 2", rows([*["1"] * place, cell, "2", "3"], header))


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_so_it_is_in_parquet(refused, value):
    refused(f"row 2, column 'a': {value!r} is not a finite float32 number", columns([1.0, value, 2.0]))


def test_so_it_is_in_the_records_of_a_pipe(tmp_path, read, monkeypatch):
    record = rows(["1", "inf"], "" if read is labelled else "y,a,b\n").encode()
    framed = struct.pack("<II", 0xCED7230A, len(record)) + record + bytes(-len(record) % 4)
    file = tmp_path / "training_0"
    file.write_bytes(framed)
    channel = Channel("training", tmp_path / "training", piped=True, wrapped=True)
    monkeypatch.setattr("byoc.channels.channel.open_fifo", lambda _: file.open("rb"))
    with pytest.raises(InputError, match=r"training_0.*, line [23], column 2.*'inf' is not a finite float32 number"):
        read(channel)


@pytest.mark.parametrize("label", ["inf", "Infinity", "-inf", "1e999"])
def test_an_infinite_label_among_numbers_is_refused_and_among_words_is_one(lay, read, label):
    header = "" if read is labelled else "y,a\n"
    with pytest.raises(
        InputError, match=rf"line {2 + bool(header)}: the label '{label}' is not a finite float32 number"
    ):
        read(lay(f"{header}1,2\n{label},3\n2,4\n"))
    assert read(lay(f"{header}sup,2\n{label},3\nsup,4\n")).labels == ["sup", label, "sup"]


def test_columns_of_parquet_that_are_no_numbers_are_told_all_at_once(lay):
    table = columns([1, 2]) | {"c": ["u", "v"], "d": ["s", "t"], "e": [True, False], "f": [b"1", b"2"]}
    with pytest.raises(InputError) as refusal:
        labelled(lay(table))
    assert str(refusal.value).endswith(
        ": column 'c' holds string, column 'd' holds string, column 'e' holds bool, column 'f' holds binary, not "
        'numbers; cast booleans to int8; leave them out: ignore = ["c", "d", "e", "f"], or name the label as target'
    )
    assert labelled(lay(table, ignore=["c", "d", "e", "f"])).names == ["a", "b"]
    with pytest.raises(
        InputError, match="column 'f' holds binary, not text or numbers; leave it out: ignore = \"f\", or"
    ):
        mixed(lay(table))
    with pytest.raises(InputError, match=r'column .c. holds text, not numbers; .*\["c", "d", "e"\]'):
        lay(table, ignore="f").read_records((), advice="encode {columns}")
