"""The conformance kit finds no fault with the images of a covering set, and names all those of the bad ones."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import environments
import figures
from template import ROOT, Template

pytestmark = [pytest.mark.docker, pytest.mark.slow]

AT_ONCE = 2  # bad images
CHOICES = Template(ROOT).choices()
# By what it shows: an answer a line, and every choice there is of what an image is made of.
IMAGES = {
    "default": {},
    "checkpoints": {"algorithm": "xgboost", "server_stack": "uvicorn", "base_image": "ubuntu"},
    "handlers": {"algorithm": "custom", "server_stack": "uvicorn-fastapi", "base_image": "cuda"},
}
ONLY_SERVES = "only serves"  # the default project's smaller image
SERVING = ("S-", "B-", "M-", "X-")  # the duties of such a one
TABLE = tomllib.loads(figures.BREAKS.read_text(encoding="utf-8"))
CLAIMS = (
    "pipelines serverless multi-model streaming bidirectional-streaming checkpoints distributed marketplace gpu pipe "
    "async"
)
# On a busy machine, two more than on others.
UNCHECKED = figures.UNCHECKED | {
    "S-45": "a request that should take 50 s took",
    "M-14": "no request met the model while it was loaded",
}


@pytest.fixture(scope="module")
def reports(bake, tmp_path_factory) -> dict[str, dict]:
    """What the kit reports of every image, by its name: of every bad one, of one that only serves, and of our own.

    The bad ones run side by side, since they mostly wait; our own come after them, one at a time, and have to answer in
    time.
    """
    folder, (default, *_) = tmp_path_factory.mktemp("reports"), IMAGES
    projects = {name: bake.anew(**answers) for name, answers in IMAGES.items()}  # in turn: it changes folders
    for project in projects.values():
        environments.leave_out_libraries_for_gpus(project)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bad = {
            name: pool.submit(with_image, on_a_bad_one, name, projects[default], folder / name)
            for name in TABLE["containers"]
        }
    found = {name: future.result() for name, future in bad.items()}
    for name, project in projects.items():
        found[name] = with_image(on_our_own, name, project, folder / name)
    found[ONLY_SERVES] = with_image(on_what_only_serves, ONLY_SERVES, projects[default], folder / ONLY_SERVES)
    return found


def with_image(run: Callable[[str, str, Path, Path], None], name: str, project: Path, folder: Path) -> dict:
    """The kit's report.json, and how many containers are left of it."""
    image = f"byoc-kit-{name.replace(' ', '-')}-{uuid.uuid4().hex[:8]}"
    try:
        run(name, image, project, folder)
        images = subprocess.check_output(["docker", "ps", "--all", "--format", "{{.Image}}"], text=True).split()
        return json.loads((folder / "report.json").read_text()) | {"left": images.count(image)}
    finally:
        subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True, check=False)


def on_a_bad_one(name: str, image: str, project: Path, folder: Path) -> None:
    chosen = TABLE["containers"][name]
    build = ["docker", "build", "--quiet", "--target", chosen["target"], "--tag", image, figures.BREAKS.parent]
    subprocess.run(build, check=True)
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "model").write_text("1")
    (folder / "wrong").write_text("never said")
    options = [option.format(folder=folder) for option in chosen["options"]]
    command = [sys.executable, "-m", "byoc.tools.contract", image, "--claim", CLAIMS, "--ready-limit", "40", *options]
    done = subprocess.run([*command, "--report", folder], cwd=project, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 1, done.stdout + done.stderr


def on_our_own(name: str, image: str, project: Path, folder: Path) -> None:
    folder.mkdir()
    ask(project, "deploy/build.sh", image)
    figures.contract(project, image, folder, own=True)


def on_what_only_serves(name: str, image: str, project: Path, folder: Path) -> None:
    """With a model that the whole image of the same project has trained."""
    folder.mkdir()
    trained = shutil.copytree(project / "local_test/test_dir", folder / "test_dir")
    for script, environment in (
        ("deploy/build.sh", {}),
        ("local_test/train_local.sh", {"TEST_DIR": str(trained)}),
        ("deploy/build.sh", {"TARGET": "serve"}),
    ):
        ask(project, script, image, **environment)
    only = " ".join(f"--only {ids}" for ids in SERVING)
    figures.contract(project, image, folder, own=True, options=f"--model-dir '{trained}/model' {only}")


def ask(project: Path, script: str, image: str, **environment: str) -> None:
    command = [project / script, image]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", TABLE["containers"])
def test_kit_names_exactly_what_is_broken(reports, name):
    named = {duty["id"] for duty in reports[name]["duties"] if duty["outcome"] == "not held"}
    assert named == set(TABLE["containers"][name]["breaks"].split())


def test_every_check_has_been_seen_to_fail(reports):
    there = {check for duty in reports["many"]["duties"] for check in duty["checks"]}
    failed = {
        name
        for bad in TABLE["containers"]
        for name, check in reports[bad]["checks"].items()
        if check["outcome"] == "not held"
    }
    assert there - failed == {*TABLE["never_fail"], *TABLE["slow"]}


@pytest.mark.parametrize("axis", sorted(CHOICES.keys() - {"algorithm"}))
def test_every_choice_of_what_an_image_is_made_of_is_among_ours(axis):
    default, *others = CHOICES[axis]
    assert {answers.get(axis, default) for answers in IMAGES.values()} == {default, *others}


@pytest.mark.parametrize("name", [*IMAGES, ONLY_SERVES])
def test_our_images_hold_every_must_and_should_that_they_owe(reports, bake, name):
    claims = figures.claims(bake(**IMAGES.get(name, {})))
    owed = [
        duty
        for duty in reports[name]["duties"]
        if duty["checks"] and duty["feature"] in {"", *claims} and duty["level"] in figures.LEVELS
    ]
    not_held = {duty["id"]: (duty["outcome"], duty["seen"]) for duty in owed if duty["outcome"] != "held"}
    for id, (outcome, seen) in not_held.items():
        assert outcome == "not checked" and UNCHECKED.get(id, "nothing excuses this one") in seen, (id, seen)


def test_nothing_is_left_of_the_containers(reports):
    assert {name: report["left"] for name, report in reports.items()} == dict.fromkeys(reports, 0)
