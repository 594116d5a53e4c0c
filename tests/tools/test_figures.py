"""What the kit is said to find and to be told is what its files give; `make figures` writes it into both READMEs."""

import re

import pytest

import figures
from template import ROOT, Template

# What in a program shows that it does what tests/claims then has to say.
SHOWN_BY = {"checkpoints": r"job\.checkpoints\.save\(", "distributed": r"^DISTRIBUTED = True\b"}


@pytest.mark.parametrize("file", figures.PLACES, ids=["root", "generated"])
def test_the_readme_tells_what_the_kit_finds(file):
    pattern, current = figures.PLACES[file]
    assert re.findall(pattern, file.read_text(encoding="utf-8")) == [current()]


def test_the_bad_containers_break_more_than_they_keep():
    broken, checked = figures.broken_by_the_bad(), figures.checked()
    assert all(checked[level] / 2 < broken[level] <= checked[level] for level in figures.LEVELS)


@pytest.mark.parametrize("claim", SHOWN_BY)
@pytest.mark.parametrize("algorithm", Template(ROOT).choices()["algorithm"])
def test_who_does_what_a_claim_is_about_is_held_to_it(bake, algorithm, claim):
    project = bake(algorithm=algorithm)
    own = (project / name for name in Template(ROOT).option("algorithm", algorithm) if name.endswith(".py"))
    programs = (file.read_text(encoding="utf-8") for file in own)
    does = any(re.search(SHOWN_BY[claim], program, re.MULTILINE) for program in programs)
    assert does == (claim in figures.claims(project))
