"""byoc/template.json: of which template, version and commit a project is, and by which answers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ANSWERS = {"project_slug": "recorded", "description": 'Tells "this" from that: é.', "server_stack": "uvicorn"}


def git(folder: Path, *arguments: str) -> str:
    return subprocess.check_output(["git", *arguments], cwd=folder, text=True, stderr=subprocess.DEVNULL).strip()


def record(project: Path) -> dict:
    return json.loads((project / "byoc/template.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def origin(bake, tmp_path_factory) -> Path:
    """The template as a repository, which others clone."""
    folder = tmp_path_factory.mktemp("origin") / "byoc-template"
    shutil.copytree(bake.repository, folder)
    return folder


def cookiecutter(bake, folder: Path, template: str, cwd: Path) -> dict:
    """Generate by the command, typed in the folder `cwd`; returns the record."""
    command = [sys.executable, "-m", "cookiecutter", template, "--no-input", "--config-file", str(bake.config)]
    command += ["--output-dir", str(folder), *(f"{name}={answer}" for name, answer in ANSWERS.items())]
    environment = {**os.environ, "PWD": str(cwd), "TMPDIR": str(bake.folder)}
    subprocess.run(command, cwd=cwd, env=environment, check=True)
    return record(folder / ANSWERS["project_slug"])


def test_without_a_repository_there_are_the_version_and_the_answers(template, bake):
    told = record(bake(**ANSWERS))
    assert told["answers"].items() >= ANSWERS.items()
    assert told["answers"].keys() == {name for name in template.questions if not name.startswith("_")}
    assert told["answers"]["base_image"] == template.choices()["base_image"][0]
    expected = {"template": template.questions["__template"], "version": template.questions["__version"], "commit": ""}
    assert {name: told[name] for name in expected} == expected


def test_of_a_url_there_are_the_url_and_the_commit(bake, origin, tmp_path):
    told = cookiecutter(bake, tmp_path, f"git+file://{origin}", tmp_path)
    assert (told["template"], told["commit"]) == (f"file://{origin}", git(origin, "rev-parse", "HEAD"))


@pytest.mark.parametrize("typed", ["{clone}", "../byoc-template", "."])
def test_of_a_clone_there_is_its_origin_without_a_password(bake, origin, tmp_path, typed):
    clone, cwd = tmp_path / "byoc-template", tmp_path / "elsewhere"
    cwd.mkdir()
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    git(clone, "remote", "set-url", "origin", "https://someone:secret@example.com/org/template.git")
    told = cookiecutter(bake, tmp_path / "out", typed.format(clone=clone), clone if typed == "." else cwd)
    assert told["template"] == "https://example.com/org/template.git"
    assert told["commit"] == git(origin, "rev-parse", "HEAD")


def test_a_repository_of_nobody_elses_is_named_by_its_folder(bake, origin, tmp_path):
    assert cookiecutter(bake, tmp_path, str(origin), tmp_path)["template"] == str(origin)


def test_an_archive_knows_its_commit(bake, origin, tmp_path):
    """As GitHub makes it of a tag or a branch, by git's export-subst."""
    archive = tmp_path / "byoc-template.zip"
    git(origin, "archive", "--prefix=byoc-template-1/", f"--output={archive}", "HEAD")
    told = cookiecutter(bake, tmp_path, str(archive), tmp_path)
    assert told["commit"] == git(origin, "rev-parse", "HEAD")


def test_cruft_says_both(bake):
    told = record(bake.with_cruft(**ANSWERS))
    assert told["template"] == str(bake.repository)
    assert told["commit"] == git(bake.repository, "rev-parse", "HEAD")
