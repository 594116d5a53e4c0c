"""What a generated project's README and pages lead to is there, and every page is in the index."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from template import ROOT, Template

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FOLDERS = "program|byoc|docs|local_test|deploy|requirements|tests"
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(rf"(?<![\w/.])(?:{FOLDERS})/[\w./-]*")
INDEX = "docs/README.md"
LINES = 150  # of the README: a screen to the first prediction, one to AWS, and what is whose
# What only training, or an owner, makes; each is named as what it becomes.
MADE = re.compile(
    r"local_test/test_dir/(model|output|hosts|models)\b|requirements/(handlers|algorithm|server)\.(in|txt|apt)|tests/claims"
)


@pytest.fixture(scope="module")
def project(request, bake) -> Path:
    return bake(**request.param)


def each_choice() -> list:
    """Any two choices are together in one of them."""
    projects = Template(ROOT).covering(2)
    return [pytest.param(answers, id="+".join(answers.values())) for answers in projects]


everywhere = pytest.mark.parametrize("project", each_choice(), indirect=True)


def pages(project: Path) -> list[Path]:
    return sorted(page for page in project.rglob("*.md") if ".venv" not in page.parts)


def anchors(page: Path) -> set[str]:
    """What GitHub makes of headings: lower case, without punctuation, with hyphens for blanks."""
    headings = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {anchor(heading) for heading in headings}


def anchor(heading: str) -> str:
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def broken(page: Path) -> Iterator[str]:
    """The relative links that lead to no file, or to no heading of it."""
    for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (heading and heading not in anchors(target)):
            yield link


@everywhere
def test_every_link_leads_to_a_file_and_a_heading(project):
    found = {str(page.relative_to(project)): links for page in pages(project) if (links := list(broken(page)))}
    assert found == {}


@everywhere
def test_every_file_that_is_named_is_there(project):
    found = {
        f"{page.relative_to(project)}: {name}"
        for page in pages(project)
        for code in CODE.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
        for name in PATH.findall(code)
        if not (project / name).exists() and not MADE.match(name)
    }
    assert found == set()


@everywhere
def test_the_readme_is_short(project):
    assert len((project / "README.md").read_text(encoding="utf-8").splitlines()) <= LINES


@everywhere
def test_every_page_is_in_the_index_once(project):
    linked = [(project / "docs" / link).resolve() for link in LINK.findall((project / INDEX).read_text("utf-8"))]
    assert len(linked) == len(set(linked))
    assert {page.resolve() for page in pages(project)} - set(linked) == {
        (project / name).resolve() for name in ("README.md", INDEX)
    }


@everywhere
def test_the_readme_says_of_every_entry_of_the_project_what_it_is_and_whose(project):
    table = (project / "README.md").read_text(encoding="utf-8").partition("## What is here")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    named = {name.strip("/") for first, *_ in rows for name in re.findall(r"`([^`]+)`", first)}
    assert named == {entry.name for entry in project.iterdir()}
    assert {whose for *_, whose in rows} == {"yours", "shared", "the template's"}


def test_a_link_without_a_file_or_a_heading_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One, two: `three`\n[a](#one-two-three) [b](#none) [c](page.md) [d](no.md) [e](https://x.org)\n")
    assert list(broken(page)) == ["#none", "no.md"]
