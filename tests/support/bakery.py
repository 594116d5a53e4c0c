"""Generates projects, as cookiecutter and as cruft do, untouched by anyone's own settings."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from unittest import mock

import cruft
from cookiecutter.main import cookiecutter

from template import Template


class Bakery:
    """Makes projects from `template`, each in a new folder under `folder`; `bake(**answers)` remembers them."""

    def __init__(self, template: Template, folder: Path):
        self.template = template
        self.folder = folder
        self.baked: dict[tuple, Path] = {}
        self.config = folder / "cookiecutter.yml"
        self.config.write_text(f"replay_dir: '{folder / 'replay'}'\ncookiecutters_dir: '{folder / 'cloned'}'\n")

    def __call__(self, **answers: str) -> Path:
        """The project with these answers and every other default. Others see it too: do not change it."""
        key = tuple(sorted(answers.items()))
        if key not in self.baked:
            self.baked[key] = self.anew(**answers)
        return self.baked[key]

    def anew(self, **answers: str) -> Path:
        """A project of the caller's own."""
        return self.into(self.new_folder(), **answers)

    def into(self, folder: Path, **answers: str) -> Path:
        """A project in `folder/<slug>`; raises what cookiecutter raises."""
        where = {"config_file": str(self.config), "output_dir": str(folder)}
        with self._own_temporary_folder():
            return Path(cookiecutter(str(self.template.root), no_input=True, extra_context=answers, **where))

    def with_cruft(self, **answers: str) -> Path:
        """The same by `cruft create`, which wants a git repository."""
        with self._own_temporary_folder():
            return cruft.create(str(self.repository), self.new_folder(), self.config, extra_context=answers)

    def command(self, folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess:
        """Run the `cookiecutter` command as a person does, who types `typed`; the project goes to `folder`."""
        command = [sys.executable, "-m", "cookiecutter", str(self.template.root), *arguments]
        command += ["--config-file", str(self.config), "--output-dir", str(folder)]
        environment = {**os.environ, "PYTHONUTF8": "1", "TMPDIR": str(self.folder)}
        text = {"encoding": "utf-8", "input": typed}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, check=False, **text)

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder, prefix="bake "))

    @cached_property
    def repository(self) -> Path:
        """A copy of the template, committed to git."""
        folder = self.folder / "repository"
        shutil.copytree(self.template.root, folder)
        settings = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
        for command in ("init --quiet", "add --all --force", "commit --quiet --message=template"):
            subprocess.run(["git", *settings, *command.split()], cwd=folder, check=True)
        return folder

    def _own_temporary_folder(self):
        """cookiecutter leaves a copy of every hook in the temporary folder."""
        return mock.patch.object(tempfile, "tempdir", str(self.folder))
