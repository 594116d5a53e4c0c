"""The conformance kit's figures in both READMEs are those that its files give; `make figures` writes them."""

import re

import pytest

import figures


@pytest.mark.parametrize("file", figures.PLACES, ids=["root", "generated"])
def test_the_readme_tells_what_the_kit_finds(file):
    pattern, current = figures.PLACES[file]
    assert re.findall(pattern, file.read_text(encoding="utf-8")) == [current()]


def test_the_bad_containers_break_more_than_they_keep():
    broken, checked = figures.broken_by_the_bad(), figures.checked()
    assert all(checked[level] / 2 < broken[level] <= checked[level] for level in figures.LEVELS)
