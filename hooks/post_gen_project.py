"""Lays the chosen folder of every axis over the project, then removes options/. Names no axis and no choice."""

import json
import shutil
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
OPTIONS = Path("options")

for axis in sorted(OPTIONS.iterdir()):
    shutil.copytree(axis / ANSWERS[axis.name], Path(), dirs_exist_ok=True)
shutil.rmtree(OPTIONS)
