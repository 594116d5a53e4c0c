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


def settle(file: Path, choices: set[str], chosen: set[str]) -> None:
    """NAME.CHOICE.EXT takes the place of NAME.EXT, from whichever folder, if CHOICE is an answer; else it goes."""
    name, *choice = file.stem.split(".")
    if len(choice) == 1 and choice[0] in chosen:
        file.replace(file.with_name(f"{name}{file.suffix}"))
    elif len(choice) == 1 and choice[0] in choices:
        file.unlink()


axes = sorted(OPTIONS.iterdir())
choices = {folder.name for axis in axes for folder in axis.iterdir()}
for axis in axes:
    lay(axis / ANSWERS[axis.name])
shutil.rmtree(OPTIONS)
for page in Path("docs").glob("*.md"):
    if not page.read_text(encoding="utf-8").strip():  # of which the answers need nothing
        page.unlink()
for file in sorted(Path().rglob("*.*.*")):
    settle(file, choices, {ANSWERS[axis.name] for axis in axes})
