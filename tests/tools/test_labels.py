"""byoc/tools/image/labels.sh: what an image says of its origin, and that it says nothing that is not known."""

import os
import subprocess
from pathlib import Path

import pytest

from aws import copy_scripts

PREFIX = "org.opencontainers.image."
DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "a project"
    copy_scripts(folder)
    (folder / "Dockerfile").write_text("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n")
    (folder / "base_image.txt").write_text("debian:trixie\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "a-project"\n')
    return folder


def labels(project: Path, **environment: str) -> dict[str, str]:
    """What the script prints, run from another directory."""
    command = [project / "byoc/tools/image/labels.sh"]
    inherited = {name: value for name, value in os.environ.items() if name not in ("BASE_IMAGE", "SOURCE_DATE_EPOCH")}
    streams = {"capture_output": True, "text": True, "check": True}
    result = subprocess.run(command, cwd=project.parent, env=inherited | environment, **streams)
    assert result.stderr == ""
    return dict(line.removeprefix(PREFIX).split("=", 1) for line in result.stdout.splitlines())


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    return subprocess.check_output(["git", *who, *arguments], cwd=folder, text=True, stderr=subprocess.DEVNULL).strip()


def commit(folder: Path) -> str:
    git(folder, "init")
    git(folder, "add", "--all")
    git(folder, "commit", "--message=all")
    return git(folder, "rev-parse", "HEAD")


def test_without_a_repository_there_is_the_base_image_and_the_time_and_nothing_else(project):
    assert labels(project, SOURCE_DATE_EPOCH="0") == {"created": "1970-01-01T00:00:00Z", "base.name": "debian:trixie"}
    assert "created" in labels(project)


def test_a_commit_is_the_revision_and_a_change_is_told(project):
    revision = commit(project)
    assert labels(project)["revision"] == revision
    (project / "Dockerfile").write_text("# changed\n")
    assert labels(project)["revision"] == f"{revision}-dirty"


def test_a_repository_without_commits_has_no_revision(project):
    git(project, "init")
    git(project, "add", "--all")
    assert "revision" not in labels(project)


def test_a_repository_that_ignores_the_project_says_nothing_of_it(project):
    (project.parent / ".gitignore").write_text(f"/{project.name}/\n")
    commit(project.parent)
    git(project.parent, "remote", "add", "origin", "https://example.com/other.git")
    assert labels(project).keys() == {"created", "base.name"}


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("https://example.com/org/repo.git", "https://example.com/org/repo"),
        ("https://user:pass@word@example.com/org/repo", "https://example.com/org/repo"),
        ("https://token@example.com/org/repo/", "https://example.com/org/repo/"),
        ("git@example.com:org/repo.git", "https://example.com/org/repo"),
        ("ssh://git@example.com:2222/org/repo.git", "https://example.com/org/repo"),
        ("/srv/git/repo.git", None),
        ("file:///srv/git/repo.git", None),
    ],
)
def test_the_source_is_a_page_without_credentials(project, remote, page):
    commit(project)
    git(project, "remote", "add", "origin", remote)
    assert labels(project).get("source") == page


def test_the_licence_is_that_of_pyproject_toml(project):
    (project / "pyproject.toml").write_text('[project]\nlicense = "Apache-2.0"  # SPDX\n')
    assert labels(project)["licenses"] == "Apache-2.0"


def test_a_digest_is_told_apart_from_the_name_of_the_base_image(project):
    (project / "base_image.txt").write_text(f"debian:trixie@{DIGEST}\n")
    told = labels(project)
    assert (told["base.name"], told["base.digest"]) == ("debian:trixie", DIGEST)
    told = labels(project, BASE_IMAGE="example.com/mirror/debian")
    assert (told["base.name"], told.get("base.digest")) == ("example.com/mirror/debian", None)


def test_a_project_without_a_base_image_to_choose_says_nothing_of_it(project):
    (project / "base_image.txt").unlink()
    assert labels(project).keys() == {"created"}


def test_the_templates_version_is_told_where_the_project_knows_it(project):
    file = project / "byoc/template.json"
    answers = '{\n    "description": "\\"version\\": 9"\n  }'
    file.write_text('{\n  "template": "x",\n  "version": "1.2.0",\n  "commit": "0",\n  "answers": ' + answers + "\n}\n")
    assert labels(project)["byoc.template.version"] == "1.2.0"
    file.write_text("{}\n")
    assert "byoc.template.version" not in labels(project)
