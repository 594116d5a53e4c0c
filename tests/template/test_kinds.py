"""KINDS.md: each test that it names is there."""

import ast
import re

from template import ROOT

PAGE = ROOT / "tests/KINDS.md"
ROW = re.compile(r"^\| (\d*) ?\| (.+) \|$", re.MULTILINE)


def collected(file: str) -> set[str]:
    module = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {each.name for each in module.body if isinstance(each, functions) and each.name.startswith("test_")}


def test_every_kind_has_a_row_and_every_test_that_it_names_is_there():
    _, _, table = PAGE.read_text("utf-8").partition("|---:|---|---|---|---|\n")
    rows = ROW.findall(table)
    assert [number for number, _ in rows if number] == [str(number) for number in range(1, 28)]
    for number, row in rows:
        named = re.findall(r"`([^`\s]+\.py)::(test_\w+)`", row)
        assert named, number
        for file, test in named:
            assert file.rpartition("/")[2].startswith("test_"), file  # pytest collects no other files
            assert test in collected(file), f"{file} has no {test}"
