"""Lays the chosen folder of every axis over the project, then removes options/. Names no axis and no choice."""

import json
import shutil
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
OPTIONS = Path("options")
BASE = "builds_on"  # a file that names the folder of the same axis to lay before
EXAMPLES = "readme"  # a folder of what README.md has taken in already


def lay(folder: Path) -> None:
    """Lay a folder over the project, and what it builds on before."""
    base = folder / BASE
    if base.exists():
        lay(folder.with_name(base.read_text(encoding="utf-8").strip()))
    shutil.copytree(folder, Path(), ignore=shutil.ignore_patterns(BASE, EXAMPLES), dirs_exist_ok=True)


for axis in sorted(OPTIONS.iterdir()):
    lay(axis / ANSWERS[axis.name])
shutil.rmtree(OPTIONS)
