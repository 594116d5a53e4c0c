"""What is in a channel and is no CSV is called by its name, with what to do (issues of the kinds 2, 8, 22 and 23)."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import numpy as np
import pytest

from byoc.errors import InputError

ROWS = "".join(f"{'abc'[n % 3]},{n / 4},{n % 7}\n" for n in range(40))


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, ROWS)
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("rows.csv"))
    return file.getvalue()


def saved() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped("rows.csv"), "is packed by zip, not CSV or Parquet; unpack it"),
        (zipped("[Content_Types].xml"), "is an Excel workbook (.xlsx), not CSV or Parquet; write it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an Excel workbook (.xls)"),
        (bz2.compress(ROWS.encode()), "is packed by bzip2"),
        (lzma.compress(ROWS.encode()), "is packed by xz"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "is packed by zstd"),
        (gzip.compress(gzip.compress(ROWS.encode(), mtime=0), mtime=0), "is gzip in gzip"),
        (gzip.compress(tarred(), mtime=0), "is a tar archive"),
        (ROWS.encode("utf-16"), "is text in UTF-16, not CSV or Parquet; write it as CSV in UTF-8"),
        (ROWS.encode("utf-16-be"), "is text in UTF-16"),
        (ROWS.encode("utf-32"), "is text in UTF-32"),
        (ROWS.encode("utf-32-le"), "is text in UTF-32"),
        (ROWS.encode("utf-32-be"), "is text in UTF-32"),
        (f"\ufeff{ROWS}".encode("utf-32-be"), "is text in UTF-32"),
        ('[{"kind": "a", "width": 1}]', "is JSON"),
        ('\ufeff{\n  "kind": "a"}\n', "is JSON"),
        ('{"kind": "a", "width": 1}\n' * 3, "is JSON"),
        ("[1, 2, 3]\n[4, 5, 6]\n", "is JSON"),
        ("<!DOCTYPE html><html><body>No such bucket", "is HTML or XML"),
        ('<?xml version="1.0"?><Error><Code>AccessDenied', "is HTML or XML"),
        (saved(), "is an array of NumPy"),
        (b"\x0a\x23\xd7\xce\x03\0\0\0a,1\0", "is RecordIO, not CSV or Parquet; set RecordWrapperType=RecordIO"),
        (b"a,1\0,2\n", "is no text"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(refused, content, words):
    refused(words, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("x;5,1;3,5\ny;5,2;3,6\n", "has semicolons (';') between its columns; CSV here has commas, and a point"),
        ("kind;width\nx;5,1\ny;5,2\n", "has semicolons"),
        ('"x";5.1;3\n', "has semicolons"),
        ("x\t5.1\t3\ny\t5.2\t4\n", "has tabs"),
        ("x|5.1|3\ny|5.2|4\n", "has bars"),
        ("1 1:0.5 7:2\n-1 3:1e-4\n", "is libsvm"),
        ("2 qid:1 1:0.5 7:2 # doc\n", "is libsvm"),
        (gzip.compress(b"x;5,1;3,5\ny;5,2;3,6\n", mtime=0), "has semicolons"),
        ('kind;text\nx;"so, so"\ny;well\n', "has semicolons"),
        ("kind\ttext\nx\tso, so\ny\twell\n", "has tabs"),
        (
            "x  5.1  3\ny 15.2  4\n",
            r"has spaces (' ') between its columns; CSV here has commas, and a point in numbers: ",
        ),
        ("x 5.1 3\ny 5.2 4\n", r"with pandas, read_csv(f, sep='\\s+', decimal=…)"),
        ("x\x015.1\x013\ny\x015.2\x014\n", r"has Hive's delimiters ('\x01')"),
        ("1\n-1 3:1e-4\n", "is libsvm"),
        ("# of 2026\nx,5.1\ny,5.2\n", "line 1: '# of 2026' has no comma, and the lines below do; leave it out"),
        ("sep=,\nx,5.1\ny,5.2\n", "line 1: 'sep=,' is for Excel alone; leave it out"),
    ],
)
def test_another_delimiter_is_named(refused, content, words):
    refused(words, content)


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        ("a;b,1\nc;d,2\n", ["a;b", "c;d"]),
        ("1|x,1\n3|y,2\n", ["1|x", "3|y"]),
        ("Mon 10:30,1\nTue 11:30,2\n", ["Mon 10:30", "Tue 11:30"]),
        ("ORC,1\nPK,2\n", ["ORC", "PK"]),
        ("[1],1\n{x},2\n", ["[1]", "{x}"]),
        ("<5,1\n>5,2\n", ["<5", ">5"]),
    ],
)
def test_labels_with_other_delimiters_in_them_are_labels(lay, read, content, labels):
    assert read(lay(content)).labels == labels


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_byte_order_mark_may_begin_any_line(lay, read, pack):
    """As where files are joined by a pipe or by `cat`; also where it is split between two blocks."""
    mark = "\ufeff".encode()
    for filling in (*range(6), (1 << 16) - 20, *range((1 << 16) - 8, (1 << 16) + 4)):
        before = b"a" * (filling + 1) + b",1,2\n"
        rows = read(lay(pack(mark + before + mark + b"b,3,4\r\n" + mark + b'"c",5,6\n' + mark)))
        assert rows.labels == ["a" * (filling + 1), "b", "c"]
        assert rows.features == [(1, 2), (3, 4), (5, 6)]


def test_several_byte_order_marks_are_as_one(lay, read):
    assert read(lay("\ufeff\ufeffa,1\n\ufeff\ufeffb,2\n")).labels == ["a", "b"]


def test_a_byte_order_mark_before_a_header_that_comes_again(lay):
    file = "\ufeffkind,width,colour\na,1,red\nb,2,blue\n"
    labels, rows = lay(file * 2).read_records()
    assert (labels.tolist(), rows["colour"].tolist()) == (["a", "b"] * 2, ["red", "blue"] * 2)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            'b,"3,4\n' + "c,5,6\n" * 4000,
            "line 41: a quote opens a cell that never closes; a quote in",
        ),
        ('b,1,"x\n', "line 41: a quote opens a cell that never closes"),
        ('b,"3,4\n' + "c,5,6\n" * 30000, "line 41: not CSV: field larger than field limit"),
        (
            'b,"3,4\n' + "c,5,6\n" * 4000 + 'd,7",8\n',
            "line 41: a quote opens a cell that closes only on line 4042",
        ),
        (
            '"b,3,4\n' + "c,5,6\n" * 4000 + 'd",7,8\n',
            "line 41: a quote opens a cell that closes only on line 4042",
        ),
    ],
)
def test_a_stray_quote_is_found_where_it_opens(refused, rows, words):
    refused(words, ROWS + rows)


def test_a_stray_quote_swallows_no_rows_of_text(lay):
    rows = 'kind,text,width\na,good,1\na,"bad,2\n' + "b,fine,3\n" * 50 + 'b,"good",4\n'
    with pytest.raises(InputError, match="line 3: a quote opens a cell that closes only on line 54, with rows in it"):
        lay(rows).read_records()


def test_texts_of_several_lines_are_texts(lay):
    labels, rows = lay('kind,text\ngood,"one, two\nthree, four\nfive"\nbad,"x\n\ny"\ngood,z\n').read_records(["text"])
    assert labels.tolist() == ["good", "bad", "good"]
    assert rows["text"].tolist() == ["one, two\nthree, four\nfive", "x\n\ny", "z"]


def test_the_line_of_a_row_is_that_where_it_begins(refused):
    refused("line 3, column 2", '"a\nb",1,2\n"c\nd",x,2\n')


def test_a_byte_that_is_not_utf8_is_found_in_its_line(refused):
    refused(
        "line 5001: not CSV in UTF-8: byte 0xe9; convert it", b"a,1,2\n" * 5000 + b"caf\xe9,2,3\n" + b"a,1,2\n" * 5000
    )


def test_what_an_error_quotes_is_never_long(refused):
    refused("is not a number", f"a,1\nb,{'x' * 9999}\n")
    refused("is not a number", "a" + ",1" * 5000 + "\nb" + ",x" * 5000 + "\n")
