"""The text of a request: its charset, its bytes, its content type."""

import encodings
import io
from functools import partial

import numpy as np
import pytest

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import CSV, charsets
from growth import assert_linear

FEATURES = ["width", "height"]


@pytest.mark.parametrize("charset", ["utf-16", "UTF-16LE", "latin-1", "cp1252"])
def test_text_is_read_in_the_charset_named_and_nothing_else_is(charset):
    assert codecs.decode("1,2\n3,4".encode(charset), CSV, FEATURES, charset).tolist() == [[1, 2], [3, 4]]
    array = io.BytesIO()
    np.save(array, [[1, 2]])
    assert codecs.decode(array.getvalue(), codecs.NPY, FEATURES, charset).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("charset", "status", "message"),
    [
        ("nonsense", 415, "^charset 'nonsense' is not supported; send one of utf-8, utf-16, "),
        ("rot13", 415, "^charset 'rot13' is not supported"),
        ("punycode", 415, "^charset 'punycode' is not supported"),
        ("x" * 9000, 415, "^charset 'x{80}'… is not supported"),
        ("a\0b", 415, r"^charset 'a\\x00b' is not supported"),
        ("utf-16", 400, "^the body is not text in utf-16: "),
    ],
)
def test_a_charset_that_is_not_known_or_not_that_of_the_body_is_refused(charset, status, message):
    with pytest.raises(RequestError, match=message) as refusal:
        codecs.decode(b"1,2\n\xff", CSV, FEATURES, charset)
    assert refusal.value.status == status


@pytest.mark.parametrize("charset", sorted(charsets.KNOWN))
def test_each_charset_is_one_that_python_reads_in_linear_time(charset):
    body = "1,2\n3,4\n" * 100_000
    assert charsets.in_utf8(body.encode(charset), charset.upper()).decode() == body
    for text in (b"ab", b"1,\xff\xfe\n", b"+-"):
        assert_linear(partial(charsets.in_utf8, charset=charset), text.__mul__, RequestError)


def test_a_charset_that_is_not_known_leaves_nothing_behind():
    decode = partial(codecs.decode, b"1,2", CSV, FEATURES)
    for number in range(10):
        with pytest.raises(RequestError):
            decode(f"unknown-{number}")
    assert not [name for name in encodings._cache if name.startswith("unknown")]


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(RequestError, match=r"^the body is not CSV in UTF-8"):
        codecs.decode(b"\xff,1", CSV, FEATURES)


def test_an_unknown_content_type_is_refused_with_those_that_are_known():
    with pytest.raises(RequestError) as refusal:
        codecs.decode(b"x", "image/png", FEATURES)
    assert str(refusal.value) == "content type 'image/png' is not supported; send " + codecs.one_of(codecs.DECODERS)
    assert refusal.value.status == 415
