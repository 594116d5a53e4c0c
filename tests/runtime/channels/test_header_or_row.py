"""Whether a first line has the columns' names or is a row, where no column of numbers shows it."""

import pytest

from byoc.errors import InputError

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
