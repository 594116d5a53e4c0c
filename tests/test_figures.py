"""What the kit is said to find and to be told is what its files give; `make figures` writes it into both READMEs."""

import re

import pytest

import figures
from template import ROOT, Template


@pytest.mark.parametrize("file", figures.PLACES, ids=["root", "generated"])
def test_the_readme_tells_what_the_kit_finds(file):
    pattern, current = figures.PLACES[file]
    assert re.findall(pattern, file.read_text(encoding="utf-8")) == [current()]


def test_the_bad_containers_break_more_than_they_keep():
    broken, checked = figures.broken_by_the_bad(), figures.checked()
    assert all(checked[level] / 2 < broken[level] <= checked[level] for level in figures.LEVELS)


@pytest.mark.parametrize("algorithm", Template(ROOT).choices()["algorithm"])
def test_who_keeps_checkpoints_is_held_to_them(bake, algorithm):
    project = bake(algorithm=algorithm)
    programs = (file.read_text(encoding="utf-8") for file in (project / "program").rglob("*.py"))
    keeps = any("job.checkpoints.save(" in program for program in programs)
    assert keeps == ("checkpoints" in figures.claims(project))
