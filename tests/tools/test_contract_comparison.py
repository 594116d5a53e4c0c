"""What the conformance kit takes for the answer that was expected, and what it says of another one."""

import argparse
from pathlib import Path

import pytest

from byoc.tools.contract import __main__ as kit
from byoc.tools.contract import arguments
from byoc.tools.contract.comparison import difference
from byoc.tools.contract.http_client import Answer
from byoc.tools.contract.outcome import NotHeld
from byoc.tools.contract.sample import Sample


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"1.5\n2.25\n", b"1.5\r\n2.25"),
        (b"204.33333\n-1.0000001\n", b"204.33334\n-1.0\n"),
        (b"1e-9\n", b"0.0\n"),
        (b"1.2345678e+05\n", b"123456.8\n"),
        (b"setosa,0.99999994,0.0\n", b"setosa,1.0,3e-08\n"),
        (b'{"predictions": [1.0000001, 2]}\n', b'{"predictions": [1.0, 2]}'),
        (b'"a, b"\n7\n', b'"a, b"\n7\n'),
        (b"\xff\xfe", b"\xff\xfe"),
        (b"", b"\n"),
    ],
)
def test_numbers_may_differ_in_their_last_digits(answer, expected):
    assert difference(answer, expected) == ""


@pytest.mark.parametrize(
    ("answer", "expected", "told"),
    [
        (b"1.5\n2.26\n3.0", b"1.5\n2.25\n4.0", "row 2 of the answer is '2.26', not '2.25'"),
        (b"1.5\n", b"1.5\n2.5\n", "the answer has 1 rows, not 2"),
        (b"1.5\n2.5\n", b"1.5\n", "the answer has 2 rows, not 1"),
        (b"100001\n", b"100002\n", "row 1 of the answer is '100001', not '100002'"),
        (b"a1\nb", b"a2\nb", "row 1 of the answer is 'a1', not 'a2'"),
        (b"setosa,0.9\n", b"virginica,0.9\n", "row 1 of the answer is 'setosa,0.9', not 'virginica,0.9'"),
        (b"[1.0, 2.0]", b"[1.0, 2.0, 3.0]", "row 1 of the answer is '[1.0, 2.0]', not '[1.0, 2.0, 3.0]'"),
        (b"nan\n", b"1.0\n", "row 1 of the answer is 'nan', not '1.0'"),
        (b"\xff", b"\xfe", "row 1 of the answer is '\\\\xff', not '\\\\xfe'"),
    ],
)
def test_another_answer_is_told_by_its_row(answer, expected, told):
    assert difference(answer, expected) == told


def test_a_duty_that_is_not_held_names_the_row():
    sample = Sample(b"1\n", "text/csv", "", b"1.5\n2.25\n")
    sample.must_be_expected(Answer(200, {}, b"1.50001\n2.25\n", 0.1))
    with pytest.raises(NotHeld, match=r"^200, but row 2 of the answer is '9\.0', not '2\.25'$"):
        sample.must_be_expected(Answer(200, {}, b"1.5\n9.0\n", 0.1))


@pytest.fixture
def words(tmp_path) -> list[str]:
    (tmp_path / "input/data").mkdir(parents=True)
    (tmp_path / "payload.csv").write_text("1\n")
    return ["--test-dir", str(tmp_path), "--payload", str(tmp_path / "payload.csv")]


def test_without_an_expected_file_any_answer_will_do_and_that_is_said(words, tmp_path, capsys):
    chosen = arguments.parse([*words, "--expected", str(tmp_path / "expected.csv")], "")
    told = capsys.readouterr().err
    assert told == f"contract: there is no {tmp_path / 'expected.csv'}: any answer with status 200 will do\n"
    sample = kit.sample_of(chosen)
    sample.must_be_expected(Answer(200, {}, b"anything", 0.1))
    assert sample.compared == "compared with no expected answer: see --expected"


def test_an_expected_file_is_read(words, tmp_path, capsys):
    file = Path(tmp_path / "expected.csv")
    file.write_text("1.5\n")
    chosen: argparse.Namespace = arguments.parse([*words, "--expected", str(file)], "")
    assert capsys.readouterr().err == ""
    sample = kit.sample_of(chosen)
    assert (sample.expected, sample.compared) == (b"1.5\n", "as expected")
