"""The template, what is baked from it, and what this machine lacks to run every test."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from xdist.scheduler import LoadScopeScheduling

import browser as chromium
import environments
from bakery import Bakery
from console import make
from template import ROOT, Template, export


@cache
def engine_answers() -> bool:
    if not shutil.which("docker"):
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=60, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def has_nginx() -> bool:
    return shutil.which("nginx") is not None


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


# What a test may need that is marked with its name, and what to say where it is missing.
NEEDED = {
    "browser": (chromium.executable, "there is no Chromium on the PATH; install it with: apt-get install chromium"),
    "docker": (engine_answers, "no Docker engine answers; start one, and look with: docker info"),
    "nginx": (has_nginx, "there is no nginx on the PATH; install it: apt-get install nginx-light"),
    "wrk": (has_wrk, "there is no wrk on the PATH; install it: apt-get install wrk"),
}

# What some tests need and pip does not install: (what, whether it is here, what is lost without, how to get it).
MACHINE = [
    (
        "Docker engine",
        engine_answers,
        "no image was built, run or pushed",
        "install and start it: https://docs.docker.com/engine/install/",
    ),
    (
        "docker-registry",
        lambda: shutil.which("docker-registry"),
        "no image was pushed",
        "apt-get install docker-registry",
    ),
    (
        "Chromium",
        chromium.executable,
        "the playground was not tried in a browser",
        "apt-get install chromium",
    ),
    (
        "nginx",
        has_nginx,
        "outside containers, projects were served without it",
        "apt-get install nginx-light, or brew install nginx",
    ),
    (
        "wrk",
        has_wrk,
        "nothing was measured under load",
        "apt-get install wrk, or brew install wrk",
    ),
]


# The files that take longest, the longest first: begun last, one would keep a worker busy while the others are done.
# Those of the kit mostly wait, which is why there are more workers than this many CPUs would take.
NAMES = "contract_kit_images contract_kit_bad algorithms demo walkthrough benchmark sdk_local_mode image"
LONGEST = [f"test_{name}.py" for name in NAMES.split()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


class Groups(LoadScopeScheduling):
    """Sends the tests of a file to one worker, as they share what its fixtures make; of algorithms, those of each."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        algorithm = re.search(r"\[([a-z]+(?:-[a-z]+)*)", test)
        return f"{file} {algorithm[1]}" if algorithm and file.endswith("/test_algorithms.py") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Groups(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (is_here, reason) in NEEDED.items():
        if item.get_closest_marker(marker) and not is_here():
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, is_here, lost, way in MACHINE:
        if not is_here():
            line = f"NOT TESTED ON THIS MACHINE: there is no {what}, so {lost}. To get it: {way}"
            terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A clean copy of the template: do not change it."""
    return export(tmp_path_factory.mktemp("template") / "byoc-template")


@pytest.fixture(scope="session")
def bake(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    """`bake(**answers)` gives a project's folder; see bakery.py for more."""
    return Bakery(template, tmp_path_factory.mktemp("baked"))


@pytest.fixture(scope="session")
def demo(template, tmp_path_factory) -> tuple[Path, str]:
    """A fresh copy of the template in which `make demo` was run, and what it printed."""
    clone = tmp_path_factory.mktemp("fresh clone") / "byoc-template"
    shutil.copytree(template.root, clone)
    result = make(clone, "demo", f"PYTHON={sys.executable}")
    assert result.returncode == 0, result.stdout
    return clone, result.stdout


@pytest.fixture(scope="session")
def made(bake) -> Path:
    """The default project with its environment, all tools, and a model: do not change it."""
    project = bake.anew()
    environments.make(project)
    subprocess.run([project / "local_test/train_local.sh"], check=True)
    return project


@pytest.fixture(scope="module")  # Playwright keeps an event loop running, beside which no other test can run its own
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with one of these arguments runs for so many of the projects that the axes make."""
    template = Template(ROOT)
    arguments = {
        "combination": template.combinations,  # every one
        "pair": lambda: template.covering(2),  # every two choices in one of them
        "choice": lambda: template.covering(1),  # every choice in one of them
    }
    for argument in arguments.keys() & set(metafunc.fixturenames):
        projects = arguments[argument]()
        metafunc.parametrize(argument, projects, ids=["+".join(each.values()) for each in projects])
