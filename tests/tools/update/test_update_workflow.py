"""The workflow `update` of a project, run by bash as GitHub does, with a stand-in for `gh`."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from updating import SOURCES, commit, git

STEPS = yaml.safe_load((SOURCES / ".github/workflows/update.yml").read_text("utf-8"))["jobs"]["update"]["steps"]
UPDATE, OPEN = [step["run"] for step in STEPS if "run" in step]
WORKFLOW = ".github/workflows/tests.yml"


@pytest.fixture
def project(tmp_path) -> Path:
    """A repository with an origin, whose update changes the Makefile."""
    project = tmp_path / "ours"
    (project / "byoc/tools/update").mkdir(parents=True)
    (project / ".github/workflows").mkdir(parents=True)
    (project / WORKFLOW).write_text("old\n")
    (project / "Makefile").write_text("old\n")
    script = project / "byoc/tools/update/update.sh"
    script.write_text("#!/bin/sh\necho new >Makefile\necho 'What is new: all.'\nexit ${EXIT:-0}\n")
    script.chmod(0o755)
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    git(project, "init", "--quiet")
    git(project, "remote", "add", "origin", tmp_path / "origin")
    commit(project, "As generated")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/called\n')
    (tmp_path / "bin/gh").chmod(0o755)
    return project


def run(project: Path, script: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a step, as GitHub does: bash -e."""
    parent = project.parent
    own = {"PATH": f"{parent / 'bin'}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(parent)}
    own |= {"GITHUB_OUTPUT": str(parent / "output"), "HOME": str(parent)}
    command = ["bash", "--noprofile", "--norc", "-e", "-c", script]
    return subprocess.run(
        command, cwd=project, env=os.environ | own | environment, capture_output=True, text=True, check=False
    )


def pull_request(project: Path, status: str = "0", may: str = "false") -> tuple[str, str]:
    """How `gh pr create` was called, and the pull request's text."""
    for script in (UPDATE, OPEN):
        result = run(project, script, EXIT=status, STATUS=status, MAY_CHANGE_WORKFLOWS=may)
        assert result.returncode == 0, result.stderr
    [created] = [line for line in (project.parent / "called").read_text().splitlines() if line.startswith("pr create")]
    return created, (project.parent / "update.md").read_text()


def pushed(project: Path) -> dict[str, str]:
    """The files of the branch that was pushed."""
    origin = project.parent / "origin"
    names = git(origin, "ls-tree", "-r", "--name-only", "update").splitlines()
    return {name: git(origin, "show", f"update:{name}") for name in names}


def change_workflows(project: Path) -> None:
    script = project / "byoc/tools/update/update.sh"
    new = f"echo new >{WORKFLOW}; echo more >.github/workflows/more.yml\n"
    script.write_text(script.read_text().replace("exit", f"{new}exit"))
    commit(project, "Another update")


def test_what_is_new_is_a_pull_request(project):
    created, text = pull_request(project)
    assert "--draft" not in created and text == "What is new: all.\n"
    assert pushed(project)["Makefile"] == "new"
    assert "workflow run tests.yml --ref update" in (project.parent / "called").read_text()


def test_what_is_to_settle_makes_it_a_draft(project):
    created, _ = pull_request(project, status="1")
    assert "--draft" in created
    assert (project.parent / "output").read_text() == "status=1\n"


def test_an_update_that_is_refused_is_a_failure(project):
    assert run(project, UPDATE, EXIT="2").returncode == 1


def test_without_news_there_is_no_pull_request(project):
    (project / "Makefile").write_text("new\n")
    commit(project, "The same")
    for script in (UPDATE, OPEN):
        assert run(project, script, STATUS="0", MAY_CHANGE_WORKFLOWS="false").returncode == 0
    assert not (project.parent / "called").exists()


def test_a_token_that_may_not_change_workflows_leaves_them_to_the_text_which_can_be_applied(project):
    change_workflows(project)
    created, text = pull_request(project)
    assert "--draft" in created
    assert (pushed(project)[WORKFLOW], pushed(project)["Makefile"]) == ("old", "new")
    assert ".github/workflows/more.yml" not in pushed(project)
    patch = text.partition("~~~diff\n")[2].partition("~~~")[0]
    subprocess.run(["git", "apply"], cwd=project, input=patch, text=True, check=True)
    assert (project / WORKFLOW).read_text() == "new\n"
    assert (project / ".github/workflows/more.yml").read_text() == "more\n"


def test_a_token_that_may_changes_them(project):
    change_workflows(project)
    created, _ = pull_request(project, may="true")
    assert "--draft" not in created
    assert pushed(project)[WORKFLOW] == "new"
