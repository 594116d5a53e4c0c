"""To add an option is to add a folder, a choice and a label; the rules notice when one is forgotten."""

import difflib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import environments
import rules
from bakery import Bakery
from console import Session, commands, part
from template import ROOT, Template, export, files_in

OTHER = "other"
TENTH = "naive-bayes"


@pytest.fixture
def extended(tmp_path) -> Template:
    """The template with one more choice on every axis: a copy of the default one."""
    template = export(tmp_path / "template")
    for axis, choices in template.choices().items():
        folder = template.project / "options" / axis
        shutil.copytree(folder / choices[0], folder / OTHER)
        edit(template, lambda questions, axis=axis: questions[axis].append(OTHER))
        edit(template, lambda questions, axis=axis: questions["__prompts__"][axis].update({OTHER: "Another"}))
    edit(template, lambda questions: questions["__base_images"].update({OTHER: "example.com/other:1"}))
    return template


def edit(template: Template, change: Callable[[dict], object]) -> None:
    """Change cookiecutter.json."""
    questions = template.questions
    change(questions)
    (template.root / "cookiecutter.json").write_text(json.dumps(questions), encoding="utf-8")


def test_new_choices_need_no_other_change(extended, template, tmp_path):
    (tmp_path / "baked").mkdir()
    bake = Bakery(extended, tmp_path / "baked")
    for axis in template.choices():
        marker = extended.project / "options" / axis / OTHER / f"{axis}.marker"
        marker.write_text("chosen\n")
        project = bake(**{axis: OTHER})
        assert files_in(project) - files_in(bake()) == {marker.name}
    assert (bake(base_image=OTHER) / "base_image.txt").read_text(encoding="utf-8") == "example.com/other:1\n"


@pytest.mark.slow
def test_a_tenth_algorithm_takes_a_folder_and_two_lines(tmp_path):
    """By the steps of CONTRIBUTING.md; its project then trains, serves and predicts as its README says."""
    template = export(tmp_path / "template")
    beside, folder = (template.project / "options" / "algorithm" / name for name in ("decision-tree", TENTH))
    for same in ("local_test", "requirements"):  # the same data, and the same framework
        shutil.copytree(beside / same, folder / same)
    shutil.copy(beside / "builds_on", folder)  # ONNX, too
    shutil.copytree(Path(__file__).with_name("tenth_algorithm"), folder, dirs_exist_ok=True)
    questions = template.root / "cookiecutter.json"
    before = questions.read_text(encoding="utf-8")
    after = re.sub(r'("algorithm": \[.*)\]', rf'\1, "{TENTH}"]', before)
    after = after.replace('      "decision-tree": ', f'      "{TENTH}": "Naive Bayes",\n      "decision-tree": ', 1)
    questions.write_text(after, encoding="utf-8")
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line.startswith("+ ")]
    assert len(changed) == 2
    added = files_in(template.root) - files_in(ROOT)
    assert {Path(template.root, name) for name in added} == {path for path in folder.rglob("*") if path.is_file()}
    for rule in (rules.without_folder_choice_or_label, rules.supplied_twice, rules.not_supplied):
        assert list(rule(template)) == []

    (tmp_path / "baked").mkdir()
    project = Bakery(template, tmp_path / "baked").anew(algorithm=TENTH)
    environments.make(project)
    readme = (project / "README.md").read_text(encoding="utf-8")
    with Session(project) as session:
        session.run(*commands(part(readme, "Quick start")))


def test_rules_accept_new_choices(extended):
    for rule in (rules.without_folder_choice_or_label, rules.supplied_twice, rules.not_supplied):
        assert list(rule(extended)) == []


def test_rule_notices_a_forgotten_label(extended):
    edit(extended, lambda questions: questions["__prompts__"]["algorithm"].pop(OTHER))
    assert list(rules.without_folder_choice_or_label(extended)) == ["algorithm: other has no label"]


def test_rule_notices_a_forgotten_choice(extended):
    edit(extended, lambda questions: questions["server_stack"].remove(OTHER))
    assert list(rules.without_folder_choice_or_label(extended)) == ["server_stack: other has no choice"]


def test_rule_notices_a_forgotten_folder(extended):
    shutil.rmtree(extended.project / "options" / "base_image" / OTHER)
    assert list(rules.without_folder_choice_or_label(extended)) == ["base_image: other has no folder"]


def test_rule_notices_an_axis_that_is_no_question(extended):
    (extended.project / "options" / "colour" / "red").mkdir(parents=True)
    problems = list(rules.without_folder_choice_or_label(extended))
    assert problems == ["colour: red has no choice", "colour: red has no label"]


def test_a_choice_that_builds_on_another_has_its_files_but_for_those_that_it_replaces(extended, template, tmp_path):
    (tmp_path / "baked").mkdir()
    bake = Bakery(extended, tmp_path / "baked")
    folder = extended.project / "options" / "server_stack" / OTHER
    shutil.rmtree(folder)
    (folder / "docs").mkdir(parents=True)
    (folder / "builds_on").write_text(f"{template.choices()['server_stack'][0]}\n")
    (folder / "docs" / "server.md").write_text("# Another\n")
    for rule in (rules.without_folder_choice_or_label, rules.built_on_nothing_or_in_vain, rules.not_supplied):
        assert list(rule(extended)) == []
    default, project = bake(), bake(server_stack=OTHER)
    assert files_in(project) == files_in(default)
    changed = {name for name in files_in(project) if (project / name).read_bytes() != (default / name).read_bytes()}
    assert changed == {"docs/server.md", "byoc/template.json"}  # the answer, too


def test_rule_notices_what_is_built_on_nothing_or_in_vain(extended, template):
    folder = extended.project / "options" / "server_stack" / OTHER
    (folder / "builds_on").write_text("nothing\n")
    assert list(rules.built_on_nothing_or_in_vain(extended)) == ["server_stack/other cannot build on nothing"]
    (folder / "builds_on").write_text(f"{OTHER}\n")
    assert list(rules.built_on_nothing_or_in_vain(extended)) == ["server_stack/other cannot build on other"]
    (folder / "builds_on").write_text(f"{template.choices()['server_stack'][0]}\n")
    found = list(rules.built_on_nothing_or_in_vain(extended))
    assert "server_stack/other replaces program/serve by the same" in found
    (folder / "builds_on").write_text("_one\n")
    for name, base in (("_one", "_other"), ("_other", "_one")):
        folder.with_name(name).mkdir()
        (folder.with_name(name) / "builds_on").write_text(f"{base}\n")
    assert "server_stack/other cannot build on _one" in rules.built_on_nothing_or_in_vain(extended)
    shutil.copytree(folder, folder.with_name("_shared"))
    assert "nothing builds on server_stack/_shared" in rules.built_on_nothing_or_in_vain(extended)


def test_rule_notices_files_supplied_twice(extended):
    options = extended.project / "options"
    shutil.copy(extended.project / "program" / "train", options / "algorithm" / OTHER / "program")
    (options / "base_image" / OTHER / "program").mkdir()
    shutil.copy(extended.project / "program" / "train", options / "base_image" / OTHER / "program")
    assert list(rules.supplied_twice(extended)) == [
        "common and algorithm/other both supply program/train",
        "common and base_image/other both supply program/train",
        "algorithm/other and base_image/other both supply program/train",
    ]


def test_a_file_named_for_a_choice_takes_anothers_place_where_that_is_chosen(extended, tmp_path):
    (tmp_path / "baked").mkdir()
    bake = Bakery(extended, tmp_path / "baked")
    folder = extended.project / "options" / "algorithm" / OTHER
    (folder / f"program/algorithm.{OTHER}.py").write_text("# for the algorithm itself\n")
    (extended.project / f"docs/image.{OTHER}.md").write_text("# Another\n")
    project = bake(base_image=OTHER)
    assert files_in(project) == files_in(bake())
    assert (project / "docs/image.md").read_text() == "# Another\n" != (bake() / "docs/image.md").read_text()
    assert (bake(algorithm=OTHER) / "program/algorithm.py").read_text() == "# for the algorithm itself\n"


def test_rule_notices_what_takes_the_place_of_nothing(extended):
    name = f"options/algorithm/{OTHER}/program/train.{OTHER}.py"
    (extended.project / name).touch()
    problem = f"{name} takes the place of no options/algorithm/{OTHER}/program/train.py"
    assert list(rules.in_nobodys_place(extended)) == [problem]


def test_rule_notices_a_file_that_is_not_supplied(extended):
    (extended.project / "options" / "server_stack" / OTHER / "program" / "serve").unlink()
    assert list(rules.not_supplied(extended)) == ["server_stack/other does not supply program/serve"]


@pytest.mark.parametrize("name", ["program/train", "options/algorithm/other/program/algorithm.py"])
def test_rule_notices_a_mention_of_cookiecutter(extended, name):
    with (extended.project / name).open("a") as file:
        file.write("# {{ Cookiecutter }}\n")
    assert list(rules.mentions_of_cookiecutter(extended)) == [f"{name} mentions cookiecutter"]
