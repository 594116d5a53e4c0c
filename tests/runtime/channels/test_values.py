"""What a cell's value means in training data: numbers and labels that are equal, missing values, and float32."""

import math
import re

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc import notices, records
from byoc.channels.channel import Channel
from byoc.errors import InputError


@pytest.fixture
def channel(tmp_path) -> Channel:
    return Channel("training", tmp_path)


@pytest.fixture(autouse=True)
def told(monkeypatch) -> list[str]:
    """The warnings of a test."""
    lines: list[str] = []
    monkeypatch.setattr(notices, "_given", lines)
    return lines


def write(channel: Channel, *files: str | dict) -> Channel:
    for number, content in enumerate(files):
        file = channel.folder / f"{number}.csv"
        if isinstance(content, str):
            file.write_text(content, encoding="utf-8")
        else:
            parquet.write_table(pa.table(content), file)
    return channel


@pytest.mark.parametrize(
    ("texts", "one"),
    [
        (["1", "1.0", "+1", "1.", "1.00", "1e+00", "1.0E0"], "1"),
        (["0", "-0", "0.0", "-0.0"], "0"),
        (["-2.50", "-2.5", "-25e-01"], "-2.5"),
        ([".5", "0.50"], "0.5"),
        (["100000", "1e+05", "100000.0"], "100000"),
        (["12345678901234567890", "12345678901234567890.0"], "12345678901234567890"),
        (["True", "true", "TRUE"], "True"),
        (["", "NA", "<NA>", "None", "nan", "NULL", "#N/A"], ""),
        (["007"], "007"),  # an id, as 1e5, which no program writes for 100000
        (["1e5"], "1e5"),
        (["12E4"], "12E4"),
        (["1_0"], "1_0"),
        (["٣"], "٣"),
        (["1e+999"], "1e+999"),
        (["yes"], "yes"),
        (["?"], "?"),
    ],
)
def test_what_is_equal_is_one_category(texts, one):
    assert {records.category(text) for text in texts} == {one}


def test_labels_of_files_that_write_a_number_otherwise_are_one(channel, told):
    labels, _ = write(channel, "1,5\n2,6\n", "1.0,7\n+2,8\n", {"l": [1.0, 2.0], "x": [9, 10]}).read_labelled()
    assert labels.tolist() == [1, 2, 1, 2, 1, 2]
    assert told[0] == "the labels '1.0' and '1' are the same number, and so one label"


def test_labels_that_no_number_writes_so_stay_apart(channel):
    assert write(channel, "007,1\n7,2\n1e5,3\n100000,4\n").read_labelled()[0].tolist() == ["007", "7", "1e5", "100000"]


@pytest.mark.parametrize(
    ("files", "labels"),
    [
        (["True,1\nFalse,2\n", {"l": [True, False], "x": [3, 4]}], ["True", "False"] * 2),
        (["TRUE,1\nFALSE,2\n", "true,3\nfalse,4\n"], ["True", "False"] * 2),
        (["true,1\nmostly true,2\n"], ["true", "mostly true"]),
    ],
)
def test_true_and_false_are_spelled_as_the_data_does_unless_that_differs(channel, files, labels):
    assert write(channel, *files).read_labelled()[0].tolist() == labels


def test_categories_of_any_type_of_parquet_are_those_of_csv(channel):
    columns = {"zip": [94110, 10001], "share": pa.array([0.1, 2.0], pa.float32()), "open": [True, None]}
    coded = {name: pa.array(values).dictionary_encode() for name, values in columns.items()}
    csv = "l,zip,share,open\na,94110.0,0.10,true\nb,10001,2,\n"
    write(channel, csv, {"l": ["a", "b"], **columns}, {"l": ["a", "b"], **coded})
    _, rows = channel.read_records(["zip", "share", "open"])
    assert rows.tolist() == [("94110", "0.1", "True"), ("10001", "2", "")] * 3


def test_booleans_of_parquet_and_pandas_categories_are_found_out_to_be_texts(channel):
    columns = {
        "l": ["a", "b"],
        "open": [True, False],
        "grade": pa.array(["x", "y"]).dictionary_encode(),
        "size": [1, 2],
    }
    _, rows = write(channel, columns, "l,open,grade,size\na,,,3\n").read_records()
    assert rows.tolist() == [("True", "x", 1), ("False", "y", 2), ("", "", 3)]


def test_what_pandas_takes_for_missing_is_missing_and_that_is_told_once(channel, told):
    rows = "l,size,colour\na,NA,red\nb,2,N/A\nc,nan,None\nd,,blue\n"
    for categories in (None, ["colour"]):
        _, read = write(channel, rows).read_records(categories)
        assert read["colour"].tolist() == ["red", "", "", "blue"]
        assert [math.isnan(value) for value in read["size"].tolist()] == [True, False, True, True]
    told_of = "N/A, NA, None, nan counts as a missing value, as in pandas; it is found in the columns size, colour"
    assert told == [told_of]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("l,size\na,1\nb,?\n", r"line 3, column 2 \(size\): '\?' is not a number; .* leave the cell empty$"),
        ("l,size\na,\\N\nb,2\n", r"line 2, column 2 \(size\): '\\\\N' is not a number, as .* leave the cell empty$"),
    ],
)
def test_what_may_stand_for_missing_among_numbers_is_to_be_left_empty(channel, rows, message):
    with pytest.raises(InputError, match=message):
        write(channel, rows).read_records()


@pytest.mark.parametrize("token", ["?", "-", r"\N", "NaT", "#DIV/0!"])
def test_so_it_is_among_labels(channel, told, token):
    with pytest.raises(InputError, match=f"line 2: the label {re.escape(repr(token))} is a missing"):
        write(channel, f"1,1\n{token},2\n2,3\n").read_labelled()
    write(channel, f"a,1\n{token},2\n").read_labelled()
    assert f"{token!r} is learnt as a label; if it stands for a missing one" in told[0]


def test_what_may_stand_for_missing_is_a_text_among_texts(channel):
    assert write(channel, "l,job\na,?\nb,cook\n").read_records()[1].tolist() == [("?",), ("cook",)]


def test_all_columns_that_hold_text_are_named_at_once_and_the_advice_works(channel):
    rows = 'l,ticket,age,cabin,sex\na,17599,1,7,m\nb,PC 17,2,C85,f\nc,"A, 5",3,"B ""6""",m\n'
    with pytest.raises(InputError) as refusal:
        write(channel, rows).read_records()
    advice = 'set the hyperparameter categories to ["ticket", "cabin", "sex"], all that do'
    assert str(refusal.value).startswith(f"{channel.folder / '0.csv'}, line 3, column 2 (ticket): 'PC 17' is not a nu")
    assert str(refusal.value).endswith(advice)
    with pytest.raises(InputError, match=r"ticket.*cabin.*sex"):  # also where only some are named
        channel.read_records(["sex"])
    _, read = channel.read_records(["ticket", "cabin", "sex"])
    assert read["ticket"].tolist() == ["17599", "PC 17", "A, 5"]


def test_very_many_columns_of_text_do_not_make_a_page(channel):
    names = [f"c{number}" for number in range(1000)]
    with pytest.raises(InputError, match="and 950 more, all that do") as refusal:
        write(channel, f"l,{','.join(names)}\na{',1' * 1000}\nb{',x' * 1000}\n").read_records()
    assert len(str(refusal.value)) < 1000


def test_a_missing_label_among_numbers_is_refused_by_its_line_and_among_texts_told(channel, told):
    with pytest.raises(InputError, match=r"0.csv, line 2: the label 'NA' is a missing value among numbers; leave s"):
        write(channel, "1.5,1\nNA,2\n2,3\n").read_labelled()
    labels, _ = write(channel, "None,1\nInsomnia,2\n").read_labelled()
    assert labels.tolist() == ["None", "Insomnia"]
    assert told == [
        f"{channel.folder / '0.csv'}, line 1: 'None' is learnt as a label; if it stands for a missing one, leave such "
        "rows out"
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1,2\n\nb,3,-4e38\n", r"line 3, column 3: -4e\+38 is not a finite float32 number$"),
        ("a,1,NA\n", "line 1, column 3: 'NA': no value may be missing here; leave such rows out, or put a number$"),
        ("a,1,?\n", r"line 1, column 3: '\?': no value may be missing here"),
        ("a,1,True\n", "line 1, column 3: 'True' is not a number; write 1 for True and 0 for False$"),
        ("a,1," + "x" * 9999, "line 1, column 3: '" + "x" * 80 + "'… is not a number"),
    ],
)
def test_a_value_that_no_row_of_numbers_may_hold_is_told_by_file_line_and_column(channel, rows, message):
    with pytest.raises(InputError, match=message) as refusal:
        write(channel, rows).read_labelled()
    assert str(refusal.value).startswith(str(channel.folder / "0.csv"))


def test_a_channel_of_other_columns_than_training_is_refused_by_file_and_line(channel):
    write(channel, "a,1,2\n")
    with pytest.raises(InputError, match=r"0.csv, line 1: 2 features, but training has 3$"):
        channel.read_labelled(trained=3)
    write(channel, "l,x\na,1\n")
    with pytest.raises(
        InputError, match=r"0.csv, line 1: there is no column 'y', which training has; the columns are x"
    ):
        channel.read_records([], trained=["x", "y"])
    write(channel, "l,x,y\na,1,2\n")
    with pytest.raises(InputError, match=r"0.csv, line 1: column 'x' is none of those that training has: y"):
        channel.read_records([], trained=["y"])


LOST = {
    "near 2**30": [2**30 + step for step in range(200)],
    "milliseconds": [1_700_000_000_000 + 60_000 * minute for minute in range(500)],
    "ids": [16_777_216, 16_777_217],
    "fractions": [2**30 + step / 7 for step in range(200)],
}
KEPT = {
    "decimals": [step / 100 for step in range(10_000)],
    "random": np.random.default_rng(0).random(20_000).tolist(),
    "days": [1_700_000_000_000 + 86_400_000 * day for day in range(500)],
    "constant": [1e20 + 1] * 10,
    "tiny": [1e-30, 2e-30],
}


@pytest.mark.parametrize(("name", "warned"), [(name, True) for name in LOST] + [(name, False) for name in KEPT])
def test_numbers_that_float32_does_not_tell_apart_are_told(channel, told, name, warned):
    values = (LOST | KEPT)[name]
    write(channel, "l,x,y\n" + "".join(f"a,{value!r},\n" for value in values))
    _, rows = channel.read_records(["y"])
    assert rows["x"].tolist() == np.float32(values).tolist()
    write(channel, "".join(f"a,{value!r},0\n" for value in values))
    _, features = channel.read_labelled()
    assert features[:, 0].tolist() == np.float32(values).tolist()
    assert [line.partition(":")[0] for line in told] == (["column 'x'", "column 2"] if warned else [])
    if warned:
        assert f"of {len(set(values))} different numbers" in told[0]
        assert f" {len(set(np.float32(values).tolist()))};" in told[0]


def test_documents_are_left_as_they_are(channel, told):
    texts = ["1.0", "true", "NA", "None"]
    _, rows = write(channel, "l,text\n" + "".join(f"a,{text}\n" for text in texts)).read_records(["text"], meaning=str)
    assert rows["text"].tolist() == texts
    assert told == []
