"""Lays the chosen folder of every axis over the project, then removes options/. Names no axis and no choice.

Writes down of which template the project is: its URL, version and commit, and the answers. The same each time, for an
update generates the project again.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
OPTIONS = Path("options")
BASE = "builds_on"  # a file that names the folder of the same axis to lay before
EXAMPLES = "readme"  # a folder of what README.md has taken in already
RECORD = Path("byoc/template.json")


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


def in_template(*command: str) -> str:
    """What git says in the clone of the template from which this project is generated, "" if there is none."""
    # As typed: relative to where that was, which is not here.
    clone = Path(os.environ.get("PWD", ""), ANSWERS.get("_repo_dir") or "no clone")
    if not (clone / ".git").exists():
        return ""
    try:
        return subprocess.check_output(["git", *command], cwd=clone, text=True, stderr=subprocess.DEVNULL).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def record() -> dict:
    """cruft says the template's URL and commit, a clone knows both, and git has written its commit into an archive."""
    archived = "" if ANSWERS["__commit"].startswith("$") else ANSWERS["__commit"]
    crufted = ANSWERS["_template"] if "_commit" in ANSWERS else ""
    cloned = in_template("remote", "get-url", "origin") or in_template("rev-parse", "--show-toplevel")
    return {
        # Without a user and password, for the project keeps it.
        "template": re.sub(r"^(https?://)[^/]*@", r"\1", crufted or cloned or ANSWERS["__template"]),
        "version": ANSWERS["__version"],
        "commit": ANSWERS.get("_commit") or in_template("rev-parse", "HEAD") or archived,
        "answers": {name: answer for name, answer in ANSWERS.items() if not name.startswith("_")},
    }


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
RECORD.write_text(json.dumps(record(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
if "_commit" not in ANSWERS:  # cruft has its own words, and generates projects that nobody is to see
    # As a person would type it from where the command was typed.
    where = os.path.relpath(Path().resolve(), os.environ.get("PWD") or Path().resolve().parent)
    print(f"The project is in {where}. Train its model, on the data that comes with it, and then serve it:")
    print(f"  cd {shlex.quote(where)} && make install train")
    print("  make serve")
