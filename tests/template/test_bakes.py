"""The projects that the axes make, as they lie on the disk."""

import os
import re
import stat
from pathlib import Path

import pytest

import lint
import rules
from template import files_in
from test_sources import faulty_line_ends

RECORD = "byoc/template.json"  # by the hook
JINJA_LEFT_OVER = re.compile(r"(?<!\$)\{[{%#]")  # GitHub's ${{ … }} and the shell's ${#…} are no Jinja
OF_MODELS = {"onnx", "transformers"}  # what their owner brings is a model, which their docs/data.md tells of


@pytest.fixture
def project(bake, pair) -> Path:
    return bake(**pair)


def test_files_are_those_of_the_common_and_the_chosen_layers(template, bake, combination):
    project = bake(**combination)
    expected = template.common().union({RECORD}, *(template.option(*choice) for choice in combination.items()))
    if combination["algorithm"] in OF_MODELS:
        expected -= {"docs/bring-your-own.md"}
    assert files_in(project) == expected
    assert [folder for folder in project.rglob("*") if folder.is_dir() and not any(folder.iterdir())] == []


def test_nothing_of_cookiecutter_is_left(template, project):
    rendered = template.common() - template.copied()
    for name, text in lint.texts(project).items():
        assert name.startswith(rules.UPDATES) or "cookiecutter" not in text.lower(), name
        assert name not in rendered or not JINJA_LEFT_OVER.search(text), name


def test_everything_loads(project):
    lint.load(project)


def test_texts_have_lf_and_end_in_one_newline(project):
    assert faulty_line_ends(project) == []


def test_programs_and_scripts_are_executable(project):
    programs = {"byoc/image/start", "program/train", "program/serve"}
    programs |= {name for name, text in lint.texts(project).items() if text.startswith("#!")}
    assert [name for name in programs if not os.access(project / name, os.X_OK)] == []


def test_python_passes_the_projects_own_ruff(project):
    lint.ruff(project)
    found = lint.run(project, "ruff", "check", "--show-files")
    found = {Path(line).relative_to(project).as_posix() for line in found.splitlines()}
    assert lint.python_files(project) <= found


def test_shell_passes_shellcheck(project):
    lint.shellcheck(project)


def test_dockerfile_passes_hadolint(project):
    lint.hadolint(project)


def test_workflows_pass_actionlint(project):
    lint.actionlint(project)


def test_workflows_name_only_files_that_there_are(project):
    workflows = "".join(file.read_text(encoding="utf-8") for file in (project / ".github/workflows").iterdir())
    named = re.findall(r"\b(?:byoc|deploy|local_test|program|requirements|tests)/[\w./*-]+", workflows)
    assert named and [name for name in named if not list(project.glob(name))] == []


def test_baking_again_gives_the_same(bake, choice):
    assert snapshot(bake.anew(**choice)) == snapshot(bake(**choice))


def test_cruft_gives_the_same(bake, choice):
    crufted, baked = snapshot(bake.with_cruft(**choice)), snapshot(bake(**choice))
    assert crufted.pop(".cruft.json")
    assert crufted.pop(RECORD) != baked.pop(RECORD)  # cruft knows a commit: test_record.py
    assert crufted == baked


def snapshot(project: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of every file."""
    paths = {name: project / name for name in files_in(project)}
    return {name: (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) for name, path in paths.items()}
