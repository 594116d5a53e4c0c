"""The conformance kit finds no fault with the images of a covering set."""

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

import environments
import figures
from kit_runs import look_again, side_by_side
from template import ROOT, Template

pytestmark = [pytest.mark.docker, pytest.mark.slow]

# Images, and checks of each. Ours have to answer in time, beside what other tests do.
AT_ONCE, JOBS = 2, 4
CHOICES = Template(ROOT).choices()
# By what it shows: an answer a line, and every choice there is of what an image is made of.
IMAGES = {
    "default": {},
    "checkpoints": {"algorithm": "xgboost", "server_stack": "uvicorn", "base_image": "ubuntu"},
    "handlers": {"algorithm": "custom", "server_stack": "uvicorn-fastapi", "base_image": "cuda"},
}
ONLY_SERVES = "only serves"  # the default project's smaller image
SERVING = ("S-", "B-", "M-", "X-")  # the duties of such a one
# On a busy machine, two more than on others.
UNCHECKED = figures.UNCHECKED | {
    "S-45": "a request that should take 50 s took",
    "M-14": "no request met the model while it was loaded",
}


@pytest.fixture(scope="module")
def reports(bake, tmp_path_factory) -> dict[str, dict]:
    """What the kit reports of every image of ours, by its name, and of one that only serves."""
    projects = {name: bake.anew(**answers) for name, answers in IMAGES.items()}  # in turn: it changes folders
    for project in projects.values():
        environments.leave_out_libraries_for_gpus(project)
    projects[ONLY_SERVES] = bake.anew()  # of its own: both train there
    runs = {name: partial(on_our_own, project) for name, project in projects.items()}
    runs[ONLY_SERVES] = partial(on_what_only_serves, projects[ONLY_SERVES])
    return side_by_side(AT_ONCE, runs, tmp_path_factory.mktemp("reports"))


def on_our_own(project: Path, image: str, folder: Path) -> None:
    ask(project, "deploy/build.sh", image)
    if "\npython:" in "\n" + (project / "base_image.txt").read_text(encoding="utf-8"):  # others' own may be older here
        tested = (project / ".github/python-version").read_text(encoding="utf-8").strip()  # by its workflow
        shown = subprocess.check_output(["docker", "run", "--rm", image, "python", "--version"], text=True)
        assert shown.startswith(f"Python {tested}.")
    check(project, image, folder)


def on_what_only_serves(project: Path, image: str, folder: Path) -> None:
    """With a model that the whole image of the same project has trained."""
    trained = shutil.copytree(project / "local_test/test_dir", folder / "test_dir")
    for script, environment in (
        ("deploy/build.sh", {}),
        ("local_test/train_local.sh", {"TEST_DIR": str(trained)}),
        ("deploy/build.sh", {"TARGET": "serve"}),
    ):
        ask(project, script, image, **environment)
    only = " ".join(f"--only {ids}" for ids in SERVING)
    check(project, image, folder, f"--model-dir '{trained}/model'", only)


def check(project: Path, image: str, folder: Path, options: str = "", only: str = "") -> None:
    def run(more: list[str]) -> None:
        figures.contract(project, image, folder, own=True, options=f"{options} {' '.join(more)}")

    run([only, "--jobs", str(JOBS)])
    look_again(folder, lambda report: not_held(report, project), run)


def not_held(report: dict, project: Path) -> dict[str, dict]:
    """The duties that the image owes and that were not found held, but for those that a run may leave unchecked."""
    claims = figures.claims(project)
    return {
        duty["id"]: duty
        for duty in report["duties"]
        if duty["checks"]
        and duty["feature"] in {"", *claims}
        and duty["level"] in figures.LEVELS
        and duty["outcome"] != "held"
        and not (duty["outcome"] == "not checked" and UNCHECKED.get(duty["id"], "nothing excuses it") in duty["seen"])
    }


def ask(project: Path, script: str, image: str, **environment: str) -> None:
    command = [project / script, image]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("axis", sorted(CHOICES.keys() - {"algorithm"}))
def test_every_choice_of_what_an_image_is_made_of_is_among_ours(axis):
    default, *others = CHOICES[axis]
    assert {answers.get(axis, default) for answers in IMAGES.values()} == {default, *others}


@pytest.mark.parametrize("name", [*IMAGES, ONLY_SERVES])
def test_our_images_hold_every_must_and_should_that_they_owe(reports, bake, name):
    assert not_held(reports[name], bake(**IMAGES.get(name, {}))) == {}


def test_nothing_is_left_of_our_containers(reports):
    assert {name: report["left"] for name, report in reports.items()} == dict.fromkeys(reports, 0)
