"""make release: what it refuses, and what it makes, in a small repository of its own."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from template import ROOT

SCRIPT = "scripts/release.py"
TO_DO = "### What you must do\n\nName the new hyperparameter.\n"
NOTES = (
    f"# Changelog\n\nWords.\n\n## Unreleased\n\n{TO_DO}\n### New\n\n- It is faster.\n\n## 0.9.0, 2026-01-02\n\n- Old.\n"
)


class Repository:
    def __init__(self, folder: Path):
        self.folder = folder

    def git(self, *arguments: str) -> str:
        settings = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
        return subprocess.check_output(["git", *settings, *arguments], cwd=self.folder, text=True).strip()

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, **files: str) -> None:
        for name, text in files.items():
            self.write(name, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=more")

    def release(self, *version: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-B", SCRIPT, *version]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def refusal(self, *version: str) -> str:
        """What is said of it; nothing may have changed."""
        before = self.git("rev-parse", "HEAD"), self.git("status", "--porcelain"), self.git("tag")
        result = self.release(*version)
        assert result.returncode == 1
        assert before == (self.git("rev-parse", "HEAD"), self.git("status", "--porcelain"), self.git("tag"))
        return result.stderr.splitlines()[-1]


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Repository:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@localhost")
    made = Repository(tmp_path)
    made.git("init", "--quiet", "--initial-branch=main")
    made.write("CHANGELOG.md", NOTES)
    made.write("cookiecutter.json", '{\n  "name": "x",\n  "__version": "1.0.0.dev0",\n  "_new_lines": "\\n"\n}\n')
    made.write("tests/template/test_locks.py", "def test_locks():\n    pass\n")
    made.write(".gitignore", "__pycache__\n")
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / SCRIPT, tmp_path / SCRIPT)
    made.commit()
    return made


def test_a_release_is_dated_committed_and_tagged_and_what_comes_next_begun(repository):
    result = repository.release("1.0.0")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1].endswith("To publish it: git push --atomic origin main v1.0.0")
    released = repository.git("show", "v1.0.0:CHANGELOG.md")
    assert re.search(rf"^## 1\.0\.0, \d{{4}}-\d\d-\d\d\n\n{TO_DO}", released, re.MULTILINE)
    assert "Unreleased" not in released
    told = repository.git("tag", "--list", "--format=%(contents)", "v1.0.0")
    assert told.startswith("Version 1.0.0\n\n### What you must do\n\nName") and "- It is faster." in told
    assert "- Old." not in told
    assert json.loads(repository.git("show", "v1.0.0:cookiecutter.json"))["__version"] == "1.0.0"
    assert repository.git("log", "--format=%s", "-2") == "Begin what comes after 1.0.0\nRelease 1.0.0"
    assert json.loads((repository.folder / "cookiecutter.json").read_text())["__version"] == "1.0.1.dev0"
    now = (repository.folder / "CHANGELOG.md").read_text()
    assert now.startswith("# Changelog\n\nWords.\n\n## Unreleased\n\n### What you must do\n\nNothing.\n\n## 1.0.0, ")
    assert repository.git("status", "--porcelain") == ""
    assert "names no change" in repository.refusal("1.0.1")


@pytest.mark.parametrize("version", ["1.1.0", "1.0.1", "2.0.0"])
def test_the_next_may_be_of_any_kind(repository, version):
    repository.git("tag", "v1.0.0")
    assert repository.release(version).returncode == 0


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9", "1.2.0", "1.1.1", "3.0.0"])
def test_a_version_that_does_not_follow_is_refused(repository, version):
    repository.git("tag", "v1.0.0")
    repository.git("tag", "v0.10.0")
    expected = f"release.py: VERSION={version} does not come after 1.0.0; it may be 1.0.1, 1.1.0, 2.0.0"
    assert repository.refusal(version) == expected


@pytest.mark.parametrize("version", [[], [""], ["1.0"], ["v1.0.0"], ["1.0.0rc1"], ["01.0.0"]])
def test_what_is_no_version_is_refused(repository, version):
    assert repository.refusal(*version).startswith(f"release.py: VERSION={''.join(version)!r} is no version like 1.2.0")


def test_another_branch_is_refused(repository):
    repository.git("switch", "--quiet", "--create", "mine")
    assert repository.refusal("1.0.0") == (
        "release.py: this is the branch mine, and releases are made on main: git switch main"
    )


@pytest.mark.parametrize("name", ["new.txt", "CHANGELOG.md"])
def test_what_is_not_committed_is_named(repository, name):
    repository.write(name, NOTES + "more\n")
    assert f"not all is committed, such as {name};" in repository.refusal("1.0.0")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## Unreleased", "## Later", 'no part "## Unreleased"'),
        (TO_DO, "", 'no "### What you must do"'),
        ("Name the new hyperparameter.", "", 'no "### What you must do"'),
        ("- It is faster.", "", "names no change"),
    ],
)
def test_notes_that_are_not_whole_are_refused(repository, old, new, said):
    repository.commit(**{"CHANGELOG.md": NOTES.replace(old, new)})
    assert said in repository.refusal("1.0.0")


def test_locks_that_do_not_agree_are_refused(repository):
    repository.commit(**{"tests/template/test_locks.py": "def test_locks():\n    assert False\n"})
    assert repository.refusal("1.0.0").startswith("release.py: tests/template/test_locks.py has failed")


def test_the_template_has_what_a_release_asks_for():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## Unreleased\n\n### What you must do\n\n\w", changes, re.MULTILINE)
    assert re.search(
        r'^  "__version": "\d+\.\d+\.\d+(\.dev0)?",$', (ROOT / "cookiecutter.json").read_text(), re.MULTILINE
    )
