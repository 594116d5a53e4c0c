"""tests/DATA.md, the table of what people's own data and clients do, names tests that there are."""

import ast
import re

import pytest

from template import ROOT

NAMED = sorted(set(re.findall(r"`(test_\w+)`", (ROOT / "tests" / "DATA.md").read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """The names of all functions in files of tests."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "tests").rglob("test_*.py")]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_kind_has_a_test():
    rows = [line for line in (ROOT / "tests" / "DATA.md").read_text(encoding="utf-8").splitlines() if "| " in line[:2]]
    assert len(rows) > 30
    assert [row for row in rows[1:] if "`test_" not in row] == []


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_the_table_names_exists(tests, name):
    assert name in tests
