"""The walks of custom's docs/bring-your-own.md, word for word: a pipeline by joblib and by skops, a classifier of JPEG.

The packages are those that the locks in bring_your_own/ pin, so that `make lock` keeps them.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import environments
import houses
from console import Session, commands, part

pytestmark = pytest.mark.slow

LOCKS = Path(__file__).with_name("bring_your_own")
PICTURES = Path(houses.__file__).with_name("pictures.py")  # which needs what the project has
FILE = re.compile(r"`(program/\w+\.py)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def begin(bake, heading: str, lock: str) -> tuple[Path, list]:
    """A project with the programs that the page's part shows, its environment, and what the part has one run."""
    project = bake.anew(algorithm="custom")
    text = part((project / "docs/bring-your-own.md").read_text(), heading)
    programs = FILE.findall(text)
    assert {name for name, _ in programs} == {"program/algorithm.py", "program/predictor.py"}
    for name, content in programs:
        (project / name).write_text(content)
    shutil.copy(LOCKS / lock, project / "requirements/handlers.txt")
    environments.make(project)
    return project, commands(text)


def test_the_walks_with_a_pipeline(bake):
    project, walk = begin(bake, "A scikit-learn pipeline", "pipeline.txt")
    houses.write(project.parent / "houses.csv")
    with Session(project) as session:
        session.run(*walk)


def test_the_walk_with_pictures(bake):
    project, walk = begin(bake, "A classifier of JPEG pictures", "pictures.txt")
    program = [project / ".venv/bin/python", "-B", PICTURES, project.parent / "pictures"]
    subprocess.run(program, check=True)
    with Session(project) as session:
        session.run(*walk)


def test_the_programs_pass_the_projects_own_check(bake):
    """As an owner who pastes them sees it."""
    for heading in ("A scikit-learn pipeline", "A classifier of JPEG pictures"):
        project = bake.anew(algorithm="custom")
        for name, content in FILE.findall(part((project / "docs/bring-your-own.md").read_text(), heading)):
            (project / name).write_text(content)
        for options in (["check"], ["format", "--check"]):
            ruff = Path(environments.UV).with_name("ruff")
            found = subprocess.run(
                [ruff, *options, "--no-cache"], cwd=project, capture_output=True, text=True, check=False
            )
            assert found.returncode == 0, found.stdout
