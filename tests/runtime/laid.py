"""Folders laid out as a project's, for tests that start `train` and the like as processes: a program/ beside byoc/.

A process finds byoc as it does in a project, and not through what pytest has put on its own path.
"""

import compileall
import shutil
from pathlib import Path

from template import ROOT

PROJECT = ROOT / "{{cookiecutter.project_slug}}"
SOURCE = PROJECT / "byoc"
# What a choice adds to byoc/, where it is tested here: several hosts.
OVERLAYS = [PROJECT / "options/algorithm/_distributed/byoc"]


def byoc(folder: Path) -> Path:
    """Lay byoc/ with what several hosts need into the folder, compiled: each `train` starts in half the time."""
    for layer in (SOURCE, *OVERLAYS):
        left_out = shutil.ignore_patterns("__pycache__", "tools")
        shutil.copytree(layer, folder / "byoc", dirs_exist_ok=True, ignore=left_out)
    compileall.compile_dir(folder / "byoc", quiet=1)
    return folder / "byoc"


def program(folder: Path, byoc: Path, **sources: str) -> Path:
    """A program/ with the real `train` and these modules, `algorithm="…"`, beside a link to byoc/; gives its folder."""
    program = folder / "program"
    program.mkdir(parents=True)
    shutil.copy(PROJECT / "program/train", program)
    for name, source in sources.items():
        (program / f"{name}.py").write_text(source, encoding="utf-8")
    (folder / "byoc").symlink_to(byoc)
    return program
