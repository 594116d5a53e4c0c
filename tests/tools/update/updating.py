"""A template with a history, and projects of it whose owners edit and update them."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bakery import Bakery
from template import ROOT, Template, export

WHO = ["-c", "user.name=owner", "-c", "user.email=owner@localhost", "-c", "commit.gpgsign=false"]
FROM = Path(__file__).with_name("from_commit.txt").read_text(encoding="utf-8").strip()
SOURCES = Template(ROOT).project
SIX = """six==1.17.0 \\
    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 \\
    --hash=sha256:ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81
    # via -r algorithm.in
"""


def git(folder: Path, *arguments: str | Path) -> str:
    command = ["git", *WHO, *map(str, arguments)]
    return subprocess.check_output(command, cwd=folder, text=True, stderr=subprocess.DEVNULL).strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def edit(file: Path, old: str, new: str) -> None:
    """Replace what is in the file once; fails where it is not."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)


def template_with_history(folder: Path) -> Path:
    """A repository: the commit of from_commit.txt, then the files of this one, v1.0.0, then a release more, v1.1.0."""
    if subprocess.run(["git", "cat-file", "-e", FROM], cwd=ROOT, capture_output=True, check=False).returncode:
        raise LookupError(f"the commit of from_commit.txt, {FROM}, is not in this clone; run: git fetch --unshallow")
    git(folder.parent, "clone", "--quiet", "--no-checkout", "--no-tags", ROOT, folder)
    git(folder, "checkout", "--quiet", "-B", "main", FROM)
    git(folder, "tag", "v0.9.0")
    git(folder, "rm", "--quiet", "-r", ".")
    export(folder)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "This one")
    git(folder, "tag", "v1.0.0")
    project = folder / SOURCES.name
    append(project / "byoc/log.py", "# New in the template.\n")
    edit(project / "Makefile", "PORT=8080", "PORT=8081")
    edit(project / "Dockerfile", "EXPOSE 8080", "EXPOSE 8080 8081")
    append(project / "docs/walkthrough.md", "\nNew in the template.\n")
    append(project / "docs/requests.md", "\nNew in the template.\n")
    append(project / ".gitignore", "/new-in-the-template/\n")
    edit(project / "base_image.txt", "{{ cookiecutter.__base_image }}", "example.com/new:1")
    (project / "deploy/new.sh").write_text("#!/bin/sh\n")
    (project / "docs/settings.md").unlink()
    for algorithm in project.glob("options/algorithm/*/program/algorithm.py"):
        edit(algorithm, '"""', '"""New in the template. ')
    for lock in project.glob("options/algorithm/*/requirements/algorithm.*txt"):
        append(lock, SIX)
    for packages in project.glob("options/algorithm/*/requirements/algorithm.*in"):
        append(packages, "six\n")
    edit(folder / "CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n## 1.1.0\n\n- News of one point one.\n")
    edit(folder / "cookiecutter.json", '"__version": "', '"__version": "1.1.0+')
    commit(folder, "One more")
    git(folder, "tag", "v1.1.0")
    return folder


def fresh(bakery: Bakery, template: Path, version: str, **answers: str) -> Path:
    """A new project of a version of the template."""
    copy = bakery.folder / f"template {version}"
    if not copy.exists():
        git(bakery.folder, "clone", "--quiet", "--branch", version, template, copy)
        git(copy, "remote", "set-url", "origin", f"file://{template}")
    own = bakery.new_folder()
    (own / "settings").mkdir()
    return Bakery(Template(copy), own / "settings").into(own, **answers)


def stand_in(project: Path) -> None:
    """What make and update.sh would install, from the packages of this Python."""
    environment, bin = project / ".venv/update", Path(sys.executable).parent
    programs = {
        environment / "bin/python": f'exec "{sys.executable}" "$@"',
        project / ".venv/bin/pip": "true",  # there is nothing to install
        project / ".venv/bin/uv": f'exec "{bin / "uv"}" "$@"',
    }
    for program, command in programs.items():
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{command}\n")
        program.chmod(0o755)
    shutil.copy(SOURCES / "byoc/tools/packages/update.txt", environment / "installed")


@dataclass(frozen=True)
class Said:
    """What an update printed, and its exit status."""

    status: int
    stdout: str
    stderr: str

    @property
    def hands(self) -> set[str]:
        return self.listed("For you to settle")

    def listed(self, title: str) -> set[str]:
        """The files that are listed under a title that begins so."""
        found = re.search(rf"^{re.escape(title)}.*:\n\n((?:- .*\n)*)", self.stdout, re.MULTILINE)
        return {line[2:].partition(": ")[0] for line in found[1].splitlines()} if found else set()


def run(project: Path, *command: str | Path) -> Said:
    """Run a command in the project, as its owner does."""
    stand_in(project)
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return Said(result.returncode, result.stdout, result.stderr)


def update(project: Path, *arguments: str, script: str | Path = "byoc/tools/update/update.sh") -> Said:
    """Run update.sh, the project's or another."""
    return run(project, script, *arguments)
