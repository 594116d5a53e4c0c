"""The template's own files: the four rules of options, what every system can check out, and lint."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import lint
import rules
from template import ROOT, kept_files

WINDOWS_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
ID_OF_A_DUTY = re.compile(r"\b(?:LM|[TCDSBMLXP])-\d\d\b")
WINDOWS_ILLEGAL = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ]$')


@pytest.mark.parametrize(
    "rule",
    [
        rules.without_folder_choice_or_label,
        rules.built_on_nothing_or_in_vain,
        rules.supplied_twice,
        rules.not_supplied,
        rules.in_nobodys_place,
        rules.mentions_of_cookiecutter,
    ],
)
def test_options_follow_the_rule(template, rule):
    assert list(rule(template)) == []


def test_every_base_image_has_its_name(template):
    assert set(template.questions["__base_images"]) == set(template.choices()["base_image"])


def test_every_question_has_a_prompt(template):
    questions = {name for name in template.questions if not name.startswith("_")}
    assert set(template.questions["__prompts__"]) == questions


def test_names_can_be_checked_out_on_windows():
    parts = {part for name in kept_files() for part in name.split("/")}
    assert [part for part in parts if WINDOWS_ILLEGAL.search(part) or WINDOWS_RESERVED.fullmatch(part)] == []
    assert len({name.lower() for name in kept_files()}) == len(kept_files())


def test_there_are_no_links():
    assert [name for name in kept_files() if (ROOT / name).is_symlink()] == []


def test_texts_have_lf_and_end_in_one_newline(template):
    assert faulty_line_ends(template.root) == []


def test_no_message_and_no_page_speaks_in_ids_of_duties(template):
    """They are for comments; the contract kit, whose report tells what each is, and byoc/'s map explain them."""
    explained = template.project / "byoc/tools/contract", template.project / "byoc/README.md"
    for name in lint.texts(template.root):
        file = template.root / name
        if file.is_relative_to(template.project) and not any(map(file.is_relative_to, explained)):
            assert [text for text in told(file) if ID_OF_A_DUTY.search(text)] == [], name


def told(file: Path) -> list[str]:
    """What people read of a file without opening it: a program's strings, but for docstrings, or a page."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in (".md", ".html"):
        return text.splitlines()
    if file.suffix != ".py" and not re.match("#!.*python", text):
        return []
    nodes = list(ast.walk(ast.parse(text)))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    if file.name == "serve":  # whose `--help` prints it
        docstrings = set()
    constants = [node for node in nodes if isinstance(node, ast.Constant) and node not in docstrings]
    return [node.value for node in constants if isinstance(node.value, str)]


def test_what_has_a_shebang_is_executable_and_nothing_else_is(template):
    texts = lint.texts(template.root)
    executable = {name for name in texts if os.access(template.root / name, os.X_OK)}
    assert executable == {name for name, text in texts.items() if text.startswith("#!")}


def test_nothing_names_the_machine_it_was_written_on(template):
    places = {str(ROOT), str(Path.home()), package_index()} - {"pypi.org"}
    for name, text in lint.texts(template.root).items():
        assert [place for place in places if re.search(rf"(?<![\w./]){re.escape(place)}(?!\w)", text)] == [], name


def test_python_passes_ruff(template):
    python = lint.python_files(template.root)
    lint.ruff(template.root, "--config", "pyproject.toml", *sorted(python))


def test_ruff_finds_all_python_by_itself(template):
    found = lint.run(template.root, "ruff", "check", "--show-files", "--config", "pyproject.toml")
    found = {Path(line).relative_to(template.root).as_posix() for line in found.splitlines() if line}
    assert lint.python_files(template.root) <= found


def test_shell_passes_shellcheck(template):
    lint.shellcheck(template.root)


def test_dockerfiles_pass_hadolint(template):
    lint.hadolint(template.root)


def test_workflows_pass_actionlint(template):
    lint.actionlint(template.root)


def test_nginx_passes_gixy(template):
    lint.gixy(template.project)


def faulty_line_ends(folder: Path) -> list[str]:
    """The texts below a folder that have CR, no newline at the end, or more than one."""
    texts = lint.texts(folder)
    return [name for name, text in texts.items() if text and ("\r" in text or not re.search(r"[^\n]\n\Z", text))]


def package_index() -> str:
    """The host that pip installs from."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    configured = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    url = os.environ.get("PIP_INDEX_URL") or configured or "https://pypi.org/simple"
    return urlsplit(url).hostname or "pypi.org"
