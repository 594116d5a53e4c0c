"""`make update`: a project of the last release, edited by its owner, gets this one and the next, and loses nothing."""

import json
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from updating import FROM, SOURCES, Said, append, commit, edit, fresh, git, run, update

from byoc.tools.packages import locks
from template import files_in

pytestmark = pytest.mark.slow

SCRIPT = SOURCES / "byoc/tools/update/update.sh"
COMMON = {"project_name": "Ours", "project_slug": "ours", "description": "Tells.", "aws_region": "eu-west-1"}
ANSWERS = [
    {"algorithm": "decision-tree", "server_stack": "nginx-gunicorn-flask", "base_image": "python-slim"},
    {"algorithm": "random-forest", "server_stack": "uvicorn-fastapi", "base_image": "ubuntu"},
    {"algorithm": "xgboost", "server_stack": "nginx-gunicorn-flask", "base_image": "cuda"},
    {"algorithm": "custom", "server_stack": "uvicorn", "base_image": "python-slim"},
]
# What an owner changes, and the template changes the same lines of it on the way from v1.0.0 to v1.1.0.
CONFLICTS = {"program/algorithm.py", "requirements/algorithm.in"}
# A version that the template does not have.
OWN_SIX = """six==1.16.0 \\
    --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254
    # via -r algorithm.in
"""
MARKERS = "<<<<<<< ", "\n>>>>>>> "


def edit_as_owners_do(project: Path) -> set[str]:
    """Returns the files that are no longer as they were generated."""
    edit(project / "program/algorithm.py", '"""', '"""Of our company. ')
    append(project / "program/predictor.py", "\n# Of our company.\n")
    append(project / "Makefile", "\nours:  ## Of our company\n\techo ours\n")
    append(project / ".gitignore", "/ours/\n")
    edit(project / "Dockerfile", "LANG=C.UTF-8", "TZ=Europe/Berlin \\\n    LANG=C.UTF-8")
    (project / "README.md").write_text("# Ours\n")
    append(project / "docs/requests.md", "\nOurs is another.\n")
    append(project / "tests/test_predictions.py", "\n# Of our company.\n")
    (project / "tests/test_ours.py").write_text("def test_ours():\n    pass\n")
    (project / "local_test/payload.csv").write_text("1,2\n")
    (project / "docs/walkthrough.md").unlink()
    append(project / "docs/settings.md", "\nOurs is another.\n")
    append(project / "requirements/algorithm.in", "six>=1.16\n")
    append(project / "requirements/algorithm.txt", OWN_SIX)
    changed = git(project, "status", "--porcelain", "--untracked-files=all").splitlines()
    commit(project, "Of our company")
    return {line[2:].strip() for line in changed}


def same_as_fresh(project: Path, expected: Path, edited: set[str]) -> list[str]:
    """The files that nobody has edited and that are not as the new version generates them."""
    names = (files_in(expected) | tracked(project)) - edited
    content = {folder: {name: read(folder / name) for name in names} for folder in (project, expected)}
    return sorted(name for name in names if content[project][name] != content[expected][name])


def tracked(project: Path) -> set[str]:
    return set(git(project, "ls-files").splitlines())


def read(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def assert_it_holds_together(project: Path) -> None:
    """Whatever is in conflict apart: it compiles, no .rej is there, and the locks agree."""
    for name in tracked(project):
        assert not name.endswith((".rej", ".orig"))
        if name.endswith(".py") and MARKERS[0] not in (text := (project / name).read_text(encoding="utf-8")):
            compile(text, name, "exec")
    if not any(MARKERS[0] in file.read_text(encoding="utf-8") for file in (project / "requirements").iterdir()):
        checked = subprocess.run(["make", "-n", "help"], cwd=project, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        assert locks.main(project / "requirements") == 0


@pytest.fixture(scope="module", params=ANSWERS, ids=lambda answers: "+".join(answers.values()))
def answers(request) -> dict[str, str]:
    return COMMON | request.param


@pytest.fixture(scope="module")
def updated(bake, history, answers):
    """A project of the last release, edited and brought to this one: the folder, what was edited, what was said."""
    project = fresh(bake, history, "v0.9.0", **answers)
    git(project, "init", "--quiet")
    commit(project, "As generated")
    edited = edit_as_owners_do(project)
    own = [f"{name.upper()}={answer}" for name, answer in answers.items()]
    said = update(project, f"TEMPLATE=file://{history}", f"FROM={FROM}", "VERSION=v1.0.0", *own, script=SCRIPT)
    return project, edited, said


def test_the_first_update_needs_no_hands_but_where_the_release_says_so(bake, history, answers, updated):
    project, edited, said = updated
    assert (said.status, said.hands) == (0, set()), said
    assert same_as_fresh(project, fresh(bake, history, "v1.0.0", **answers), edited) == []
    assert not (project / "docs/walkthrough.md").exists()
    assert "# Of our company." in (project / "program/predictor.py").read_text()
    assert_it_holds_together(project)
    told = json.loads((project / "byoc/template.json").read_text())
    assert (told["template"], told["answers"]) == (f"file://{history}", dict(sorted(answers.items())))
    assert told["commit"] == git(history, "rev-parse", "v1.0.0")


@pytest.fixture(scope="module")
def again(answers, updated, tmp_path_factory):
    """Two fresh clones of it, and the second update in each."""
    project, _, _ = updated
    append(project / "own.mk", "\nshout:\n\techo ours\n")
    (project / "base_image.txt").write_text(f"python:3.13@sha256:{'0' * 64}\n")
    commit(project, "Of the template, and our image")
    [first, *_] = ANSWERS  # in a second clone only once
    clones = [tmp_path_factory.mktemp("clone") / "ours" for _ in range(2 if first.items() <= answers.items() else 1)]
    for clone in clones:
        git(clone.parent, "clone", "--quiet", f"file://{project}", clone)
    return clones, [update(clone) for clone in clones]


def test_a_second_update_in_a_fresh_clone_merges_inline_and_names_what_is_to_settle(
    bake, history, answers, updated, again
):
    [project, *other], [said, *of_other] = again
    edited = updated[1] | {"own.mk", "base_image.txt"}
    assert said.status == 1
    assert said.hands == CONFLICTS | {"requirements"}, said  # the last is locked when the others are settled
    for name in CONFLICTS:
        assert all(marker in (project / name).read_text(encoding="utf-8") for marker in MARKERS), name
    assert said.listed("Yours stays; what") == {"docs/requests.md", "base_image.txt", "requirements/algorithm.txt"}
    assert said.listed("Yours stays, though the template has it no more") == {"docs/settings.md"}
    assert said.listed("You have deleted it, and it stays so") == {"docs/walkthrough.md"}
    assert "- News of one point one." in said.stdout
    new = fresh(bake, history, "v1.1.0", **answers)
    assert same_as_fresh(project, new, edited) == []
    assert (project / "deploy/new.sh").exists() and (project / "docs/settings.md").exists()
    assert (project / ".gitignore").read_text().count("/ours/") == 1
    assert "/new-in-the-template/" in (project / ".gitignore").read_text()
    assert "ours:" in (makefile := (project / "Makefile").read_text()) and "PORT=8081" in makefile
    assert (project / "base_image.txt").read_text().startswith("python:3.13@")
    assert_it_holds_together(project)
    for each in other:
        assert git(project, "diff", "HEAD") == git(each, "diff", "HEAD")
    assert [each.hands for each in of_other] == [said.hands] * len(other)


def test_when_it_is_settled_the_locks_are_completed(again):
    [project, *_], _ = again
    git(project, "checkout", "--ours", "program/algorithm.py")
    packages = project / "requirements/algorithm.in"
    lines = packages.read_text(encoding="utf-8").splitlines()
    packages.write_text("\n".join(line for line in lines if line[:4] not in ("<<<<", "====", ">>>>")) + "\n")
    said = run(project, "make", "lock")
    assert said.status == 0, said
    assert_it_holds_together(project)
    assert "six==1.16.0" in (project / "requirements/algorithm.txt").read_text()  # the owner's version still fits
    commit(project, "Settled")
    assert update(project) == Said(0, "update: the project is at v1.1.0 already; the newest release is v1.1.0\n", "")


def test_an_answer_is_switched(bake, history):
    project = fresh(bake, history, "v1.0.0", **COMMON)
    git(project, "init", "--quiet")
    commit(project, "As generated")
    description = 'It\'s "ours"; $HOME'
    changed = ["VERSION=v1.0.0", "SERVER_STACK=uvicorn", f"DESCRIPTION={description.replace('$', '$$')}"]
    said = run(project, "make", "--no-print-directory", "update", *changed)
    assert said.status == 0, said
    expected = COMMON | {"server_stack": "uvicorn", "description": description}
    assert same_as_fresh(project, fresh(bake, history, "v1.0.0", **expected), set()) == []
    assert tomllib.loads((project / "pyproject.toml").read_text())["project"]["description"] == description


def test_a_project_in_a_folder_of_a_repository_is_updated_there(bake, history, tmp_path):
    generated = fresh(bake, history, "v1.0.0", **COMMON)
    project = tmp_path / "models/ours"
    shutil.copytree(generated, project)
    (tmp_path / "README.md").write_text("# All\n")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "All")
    (project / "README.md").write_text("# Ours\n")
    commit(tmp_path, "Ours")
    said = update(project)
    assert (said.status, said.hands) == (0, set()), said
    assert same_as_fresh(project, fresh(bake, history, "v1.1.0", **COMMON), {"README.md"}) == []
    assert (tmp_path / "README.md").read_text() == "# All\n"
