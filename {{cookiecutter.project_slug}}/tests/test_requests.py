"""Requests that cannot be answered: the client gets 4xx and one plain line. 500 is for faults of the model alone."""

import csv
import io

import pytest

from example import LOCAL_TEST


@pytest.fixture
def row() -> list[str]:
    """The cells of a good row."""
    with (LOCAL_TEST / "payload.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def assert_refused(answer) -> None:
    advice = "refuse what a handler cannot use with: raise byoc.errors.RequestError(400, what is wrong with it)"
    assert 400 <= answer.status < 500, f"{answer.body}; {advice}"
    assert len(answer.body.splitlines()) == 1
    assert answer.body.strip()


def line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def test_an_empty_body(ask):
    assert_refused(ask(b""))


def test_a_row_that_is_too_long(ask, row):
    assert_refused(ask(line([*row, row[-1]])))


def test_a_row_that_is_too_short(ask, row):
    assert_refused(ask(line(row[:-1])))


def test_a_body_that_is_no_text(ask):
    assert_refused(ask(b"\xff\xfe\x00\x01"))


def test_a_content_type_that_nobody_knows(ask, row):
    assert_refused(ask(line(row), "application/x-nobody-knows"))
