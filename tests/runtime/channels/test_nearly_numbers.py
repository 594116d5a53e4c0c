"""Numbers that a person reads otherwise than the program does: 1,234, 5%, ids of many digits, rows in quotes."""

import pytest

from byoc import notices
from byoc.channels.parsing import plain_number
from byoc.errors import InputError

ID = 12345678901234567891
IDS = "".join(f"{'ab'[n % 2]},{ID + n},{n}.5\n" for n in range(4))


@pytest.fixture(autouse=True)
def told(monkeypatch) -> list[str]:
    """The warnings of a test."""
    lines: list[str] = []
    monkeypatch.setattr(notices, "_given", lines)
    return lines


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234", "1234"),
        ("-1,234,567.5", "-1234567.5"),
        ("5%", "5"),
        ("12.5 %", "12.5"),
        ("0x1F", "31"),
        ("$5", "5"),
        ("€ 1,200", "1200"),
        ("12,34", None),
        ("1234", None),
        ("A12", None),
        ("12 kg", None),
        ("2024-01-01", None),
    ],
)
def test_which_texts_are_read_as_numbers_by_a_person(text, plain):
    assert plain_number(text) == plain


def test_a_column_of_such_texts_is_learnt_as_categories_with_a_warning(lay, told):
    _labels, rows = lay('y,price,size\na,"1,234",1\nb,"5,678",2\na,,3\n').read_records()
    assert rows["price"].tolist() == ["1,234", "5,678", ""]
    assert told == ["column 'price' is learnt as categories, as '1,234' is text; if it holds numbers, write 1234"]


def test_a_column_that_was_named_a_category_is_meant(lay, told):
    lay('y,price,size\na,"1,234",1\nb,"5,678",2\n').read_records(["price"])
    assert told == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('"1,234",1\nb,56,2\n', "line 2, column 2 (price): '1,234' is not a number, as there is below; write 1234"),
        ('56,1\nb,"1,234",2\n', "line 3, column 2 (price): '1,234' is not a number; write 1234"),
        ("56,1\nb,7%,2\n", "line 3, column 2 (price): '7%' is not a number; write 7"),
    ],
)
def test_beside_numbers_it_is_refused_with_what_to_write(lay, rows, words):
    with pytest.raises(InputError) as refusal:
        lay(f"y,price,size\na,{rows}").read_records()
    assert str(refusal.value).endswith(words)


def test_where_all_are_numbers_it_is_refused_with_what_to_write(lay):
    with pytest.raises(InputError, match=r"0.csv, line 2, column 2: '7%' is not a number; write 7$"):
        lay("a,6,1\nb,7%,2\n").read_labelled()


@pytest.mark.parametrize(
    "file", [IDS, {"y": ["a", "b"], "id": [2**62 + 1, 2**62 + 3], "x": [0.5, 1.5]}], ids=["csv", "parquet"]
)
def test_ids_that_are_rounded_are_warned_of_once(lay, read, told, file):
    rows = read(lay(file))
    assert len({row[0] for row in rows.features}) == 1
    (line,) = [line for line in told if "rounded" in line]
    assert "is rounded to" in line
    assert line.endswith("if it is an id, name the column in the hyperparameter ignore")


def test_the_warning_names_the_first_that_is_rounded(lay, told):
    lay(IDS).read_labelled()
    rounded = f"{ID} is rounded to {int(float(ID))}, as whole numbers above 2**53 are, and different ones become equal"
    assert told[0].endswith(
        f"0.csv, line 1, column 2: {rounded}; if it is an id, name the column in the hyperparameter ignore"
    )


def test_large_quantities_are_no_ids(lay, read, told):
    read(lay("a,6.02e23,1\nb,1.5e20,2\na,90071992547409920,3\n"))
    assert [line for line in told if "rounded" in line] == []


@pytest.mark.parametrize(
    ("content", "line"),
    [('"a,5.1,3.5"\n"b,4.9,3.0"\n', 2), ('y,u,v\n"a,5.1,3.5"\n"b,4.9,3.0"\n', 3), ('"a,5.1"\n', 1)],
)
def test_rows_in_quotes_are_refused(refused, content, line):
    refused(f"line {line}: '", content)
    refused("has quotes round the whole row, which make one cell of it; leave them out", content)
