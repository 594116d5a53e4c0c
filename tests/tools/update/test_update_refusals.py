"""What `make update` refuses: it says why and the way out in one line, exits with 2, and nothing has changed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from updating import SOURCES, append, commit, git, update


@pytest.fixture
def project(tmp_path) -> Path:
    """A repository with the tool and a record, of a template that has no release."""
    template = tmp_path / "template"
    template.mkdir()
    git(template, "init", "--quiet")
    questions = {"project_slug": "ours", "server_stack": ["nginx", "uvicorn"], "__version": "1.0.0"}
    (template / "cookiecutter.json").write_text(json.dumps(questions))
    hash = commit(template, "Of the template")
    project = tmp_path / "ours"
    lay(project)
    answers = {"project_slug": "ours", "server_stack": "nginx"}
    record = {"template": f"file://{template}", "version": "1.0.0", "commit": hash, "answers": answers}
    (project / "byoc/template.json").write_text(json.dumps(record))
    git(project, "init", "--quiet")
    commit(project, "As generated")
    return project


def lay(project: Path) -> None:
    """The tool, and nothing else."""
    shutil.copytree(SOURCES / "byoc/tools/update", project / "byoc/tools/update")
    shutil.copytree(SOURCES / "byoc/tools/packages", project / "byoc/tools/packages")
    (project / ".gitignore").write_text(".venv/\n__pycache__/\n")


def refused(project: Path, *arguments: str) -> str:
    """The one line that is said."""
    before = git(project, "status", "--porcelain")
    said = update(project, *arguments)
    assert (said.status, said.stdout) == (2, ""), said
    assert git(project, "status", "--porcelain") == before
    [line] = said.stderr.splitlines()
    assert line.startswith("update: ")
    return line


def change_record(project: Path, **changes) -> None:
    record = project / "byoc/template.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | changes))
    commit(project, "Another record")


def test_what_is_not_committed_is_named(project):
    append(project / ".gitignore", "/more/\n")
    (project / "new.py").write_text("\n")
    line = refused(project)
    assert "not committed (.gitignore, new.py)" in line and "git stash -u" in line


def test_a_folder_that_is_no_repository_is_told_how_to_become_one(tmp_path):
    lay(tmp_path / "ours")
    said = update(tmp_path / "ours")
    assert said.status == 2 and "is no git repository" in said.stderr and "git init && git add --all" in said.stderr


def test_a_template_without_a_release_is_told_apart(project):
    assert "has no release yet" in (line := refused(project)) and "make update VERSION=HEAD" in line


def test_the_newest_release_is_the_highest_number_and_no_candidate(project, tmp_path):
    """And a project that is newer than it is left as it is."""
    template = tmp_path / "template"
    for tag in ("v1.10.0", "v1.9.0", "v2.0.0-rc1", "other"):
        append(template / "cookiecutter.json", "\n")
        hash = commit(template, tag)
        git(template, "tag", tag)
    change_record(project, commit=hash)
    said = update(project)
    assert (said.status, said.stderr) == (0, "")
    assert said.stdout == f"update: the project is at 1.0.0 ({hash[:7]}) already; the newest release is v1.10.0\n"


def test_a_template_that_cannot_be_read_is_named(project, tmp_path):
    line = refused(project, f"TEMPLATE=file://{tmp_path}/moved")
    assert f"the template file://{tmp_path}/moved cannot be read" in line and "TEMPLATE=url" in line
    line = refused(project, f"TEMPLATE=file://{tmp_path}/moved", "VERSION=HEAD")
    assert f"the template file://{tmp_path}/moved cannot be cloned" in line


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("SERVR_STACK=uvicorn", "SERVR_STACK is no question of the template at 1.0.0"),
        ("SERVR_STACK=uvicorn", "did you mean SERVER_STACK?"),
        ("OTHER=1", "there are PROJECT_SLUG, SERVER_STACK, VERSION, TEMPLATE, FROM"),
        ("SERVER_STACK=apache", "SERVER_STACK=apache is no choice of the template at 1.0.0"),
        ("SERVER_STACK=apache", "choose one: nginx, uvicorn"),
        ("uvicorn", "'uvicorn' is no argument; they look like VERSION=v1.2.0"),
        ("FROM=v9.9.9", "v9.9.9 is no tag, branch or commit of the template"),
        ("VERSION=v9.9.9", "v9.9.9 is no tag, branch or commit of the template"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_right(project, argument, said):
    version = [] if argument.startswith("VERSION") else ["VERSION=HEAD"]
    assert said in refused(project, *version, argument)


def test_a_project_without_a_record_must_be_told_all_of_it(project):
    told = json.loads((project / "byoc/template.json").read_text())
    (project / "byoc/template.json").unlink()
    commit(project, "No record")
    template = [f"TEMPLATE={told['template']}", "VERSION=HEAD"]
    line = refused(project, *template)
    assert "byoc/template.json does not say from which commit" in line and "docs/updating.md" in line
    line = refused(project, *template, f"FROM={told['commit']}", "SERVER_STACK=nginx")
    assert line.endswith("name them, too: PROJECT_SLUG=…")
    assert "template and commit" in refused(project)


def test_a_project_of_cruft_has_a_record(project):
    """Its .cruft.json, with which an update of the same commit and answers has nothing to do."""
    told = json.loads((project / "byoc/template.json").read_text())
    (project / "byoc/template.json").unlink()
    context = {"cookiecutter": told["answers"] | {"_template": "x"}}
    crufted = {"template": told["template"], "commit": told["commit"], "context": context}
    (project / ".cruft.json").write_text(json.dumps(crufted))
    commit(project, "Of cruft")
    said = update(project, "VERSION=HEAD")
    assert (said.status, said.stderr) == (0, "") and "already" in said.stdout


@pytest.mark.parametrize("record", ["{", '{"template": "x"}', "[]", '{"template": 1, "commit": "", "answers": []}'])
def test_a_record_that_is_not_as_it_was_generated_is_named(project, record):
    (project / "byoc/template.json").write_text(record)
    commit(project, "Another")
    assert "byoc/template.json is not as it was generated" in refused(project)


def test_what_the_template_refuses_is_passed_on(project):
    """A template that cannot be generated says why."""
    line = refused(project, "VERSION=HEAD", "SERVER_STACK=uvicorn")
    assert "generates no project: " in line


@pytest.mark.slow
def test_the_script_installs_what_it_needs_from_the_lock(project):
    """Once: then it is there."""
    script = "byoc/tools/update/update.sh"
    first = subprocess.run([script], cwd=project, capture_output=True, text=True, check=False)
    assert first.returncode == 2 and "has no release yet" in first.stderr
    installed = project / ".venv/update/installed"
    assert installed.read_bytes() == (project / "byoc/tools/packages/update.txt").read_bytes()
    before = installed.stat().st_mtime_ns
    assert subprocess.run([script], cwd=project, capture_output=True, check=False).returncode == 2
    assert installed.stat().st_mtime_ns == before
