"""Bodies that are not what their content type says, and those of joined files (S-40, S-43)."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, JSON, JSON_LINES, NPY, PARQUET
from byoc.serving.codecs.records import Record
from byoc.signature import Feature
from mixed_rows import RECORD, shown

TEXTS = Record([Feature("Color", "str", "red", True), Feature("Shirt_Size", "str", "L", True)])
NUMBERS = ["width", "height"]
MARK = "\ufeff".encode()


def zipped(body: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("rows.csv", body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content_type", "rows"),
    [(CSV, [b"1,red,3", b",,4"]), (JSON_LINES, [b'[1, "red", 3]', b'{"width": 0, "colour": "", "age": 4}'])],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=repr)
@pytest.mark.parametrize("header", [b"", b"width,colour,age"])
def test_the_byte_order_marks_of_joined_files_are_no_part_of_their_rows(content_type, rows, end, header):
    rows = [rows[0], rows[1].replace(b",,", b"0,,")]
    top = header + end if header and content_type == CSV else b""
    body = MARK + top + rows[0] + end + MARK + rows[1] + end + MARK + MARK + rows[0] + end + MARK
    assert shown(codecs.decode_records(body, content_type, RECORD)) == [(1, "red", 3), (0, "", 4), (1, "red", 3)]


@pytest.mark.parametrize(("content_type", "row"), [(CSV, b"1,2\n"), (JSON_LINES, b"[1, 2]\n")])
def test_nor_are_they_of_rows_of_numbers(content_type, row):
    assert codecs.decode((MARK + row) * 3000, content_type, NUMBERS).tolist() == [[1, 2]] * 3000
    joined = "\ufeff1,2\n\ufeff3,4\n".encode("utf-16")
    assert codecs.decode(joined, CSV, NUMBERS, "utf-16").tolist() == [[1, 2], [3, 4]]


def test_a_category_behind_a_byte_order_mark_is_that_category():
    body = MARK + b"red,L\n" + MARK + b"blue,S\n" * 2000
    assert set(shown(codecs.decode_records(body, CSV, TEXTS))) == {("red", "L"), ("blue", "S")}


@pytest.mark.parametrize(
    "header",
    [b"Color,Shirt_Size", b"color,shirt_size", b" COLOR , Shirt Size", b"shirtsize,color", b'"Color","SHIRT_SIZE"'],
)
@pytest.mark.parametrize("times", [1, 1000])
def test_a_header_in_another_case_or_order_is_the_header(header, times):
    rows = [b"red,L", b"blue,S"]
    if header.lower().startswith(b"shirt"):
        rows = [b"L,red", b"S,blue"]
    body = b"\n".join([header, *rows * times])
    assert shown(codecs.decode_records(body, CSV, TEXTS)) == [("red", "L"), ("blue", "S")] * times
    assert codecs.header(body, CSV, TEXTS) == header + b"\n"


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (b"color,sise", "has an unknown field 'sise'; its fields are Color, Shirt_Size"),
        (b"id,color,shirt_size", "has an unknown field 'id'"),
        (b",Color,Shirt_Size", "has an unknown field ''"),
        (b"color", "has no field 'Shirt_Size'"),
        (b"color,color,shirt_size", "has a name twice"),
    ],
)
def test_what_looks_like_a_header_and_is_none_is_no_row(header, fault):
    with pytest.raises(RequestError, match=f"^row 1 looks like a header, but {fault}.*; name each once, or send no"):
        codecs.decode_records(header + b"\nred,L\n", CSV, TEXTS)


def test_names_that_differ_by_their_case_alone_are_told_apart_by_it():
    record = Record([Feature("a", "str", "x", True), Feature("A", "str", "x", True)])
    assert shown(codecs.decode_records(b"A,a\n1,2", CSV, record)) == [("2", "1")]
    with pytest.raises(RequestError, match=r"^row 1 looks like a header, but has no field 'a'"):
        codecs.decode_records(b"A,A\n1,2", CSV, record)


def test_a_row_with_a_number_is_no_header():
    record = Record([Feature("word", "str", "x"), Feature("count", "float32", 1)])
    assert shown(codecs.decode_records(b"count,5\n", CSV, record)) == [("count", 5)]


@pytest.mark.parametrize("first", [b"Color,Shirt_Size\n", b"shirt size,color\n", b""])
@pytest.mark.parametrize("times", [1, 1000])
def test_a_header_in_the_middle_is_no_row_either(first, times):
    second = first or b"Color,Shirt_Size\n"
    body = first + b"red,L\n" * times + MARK + second + b"red,L\n"
    with pytest.raises(RequestError, match=f"^row {times + 1} is a header again; send it once, or rows only$"):
        codecs.decode_records(body, CSV, TEXTS)
    assert len(codecs.decode_records(b"red,L\n" * 3 + b"red,Large\n", CSV, TEXTS)) == 4


@pytest.mark.parametrize("header", [b"width,height", b"Height, WIDTH"])
def test_a_model_of_numbers_alone_refuses_a_header_as_such(header):
    with pytest.raises(
        RequestError, match=r"^row 1 is a header, which a model of numbers alone does not take; send rows"
    ):
        codecs.decode(header + b"\n1,2\n", CSV, NUMBERS)


@pytest.mark.parametrize("content_type", [CSV, JSON, JSON_LINES, NPY, PARQUET])
@pytest.mark.parametrize(
    ("pack", "told"),
    [
        (gzip.compress, "gzip; unpack it, or send it with Content-Encoding: gzip"),
        (bz2.compress, "bzip2; unpack it"),
        (lzma.compress, "xz; unpack it"),
        (zipped, "zip; send what is in it; workbooks (.xlsx) and .npz are zip, too"),
    ],
)
def test_a_body_that_is_packed_is_refused_as_what_it_is(content_type, pack, told):
    for decode, columns in ((codecs.decode, NUMBERS), (codecs.decode_records, RECORD)):
        with pytest.raises(RequestError) as refusal:
            decode(pack(b"1,2\n"), content_type, columns)
        assert (refusal.value.status, str(refusal.value)) == (400, f"the body is {told}")


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("order", ["", "-le", "-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "marked"])
@pytest.mark.parametrize("content_type", [CSV, JSON_LINES])
def test_lines_in_utf_16_or_32_are_refused_as_such(bits, order, mark, content_type):
    with pytest.raises(RequestError) as refusal:
        codecs.decode_records(f"{mark}red,L\n".encode(f"utf-{bits}{order}"), content_type, TEXTS)
    told = f"the body is UTF-{bits}, not UTF-8; send UTF-8, or {content_type}; charset=utf-{bits}"
    assert (refusal.value.status, str(refusal.value)) == (400, told)
