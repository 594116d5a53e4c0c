"""The locks of all options: they pin what is asked for, agree, have wheels everywhere, and stay as they are."""

import hashlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distributions
from pathlib import Path

import pytest

from byoc.image.pythons import PYTHONS
from byoc.tools.packages import locks
from console import make
from environments import UV
from private_packages import make_wheel
from template import ROOT, Template, kept_files

TEMPLATE = Template(ROOT)
INPUTS = [Path(name) for name in kept_files() if name.endswith(".in")]
OF_PROJECTS = [input.with_suffix(".txt") for input in INPUTS if (ROOT / input).is_relative_to(TEMPLATE.project)]
LOCK = TEMPLATE.project / "byoc/tools/packages/lock.sh"
OLD = "0.1"  # older than any that PyPI has
GLIBC = "manylinux_2_34"  # Ubuntu 22.04's and Debian 12's are newer, or as new
# TensorFlow is not there for 3.14 yet, and keeps Keras from versions of others that are.
NOT_YET = {"3.14": "options/algorithm/keras/"}


@pytest.fixture
def server_lock(bake) -> str:
    return (bake() / "requirements/server.txt").read_text()


@pytest.fixture
def further_index(tmp_path) -> Iterator[str]:
    """Its address; besides a package of its own it has an old version of one that PyPI has, as PyTorch's indexes do."""
    for name, version in (("private-demo", "1.0"), ("nvidia-demo", "1.0"), ("sniffio", OLD)):
        folder = tmp_path / "index" / name
        folder.mkdir(parents=True)
        (folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl").write_bytes(make_wheel(name, version))
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "index")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("input", INPUTS, ids=str)
def test_a_lock_pins_what_its_input_asks_for(input):
    assert set(locks.faults(ROOT / input)) == set()


def test_options_agree_on_each_version():
    assert set(locks.disagreements(ROOT / lock for lock in OF_PROJECTS)) == set()


def test_no_input_holds_a_package_back():
    """`make upgrade` would never move it. A version is a lock's matter."""
    held = {
        str(input): [str(each) for each in locks.asked(ROOT / input) if "==" in str(each.specifier)] for input in INPUTS
    }
    assert {input: asked for input, asked in held.items() if asked} == {}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("python", PYTHONS)
def test_there_is_a_wheel_of_every_package(python, machine, tmp_path):
    there = [lock for lock in OF_PROJECTS if NOT_YET.get(python, "nowhere") not in lock.as_posix()]
    system = ["--python-version", python, "--python-platform", f"{machine}-{GLIBC}"]
    options = ["--dry-run", "--target", tmp_path, *system, "--only-binary", ":all:", "--no-deps", "--require-hashes"]
    run(UV, "pip", "install", *options, *(f"--requirement={lock}" for lock in there), cwd=ROOT)


@pytest.mark.slow
def test_a_package_is_added_by_one_line_and_upgraded_alone(bake):
    project = bake.anew()
    input = project / "requirements/algorithm.in"
    before, text = versions(project), input.read_text()
    input.write_text(f"{text}sniffio==1.3.0\n")
    lock(project, "lock")
    assert versions(project) == before | {("algorithm.txt", "sniffio"): {"1.3.0"}}
    input.write_text(f"{text}sniffio\n")
    lock(project, "lock")
    assert versions(project) == before | {("algorithm.txt", "sniffio"): {"1.3.0"}}
    lock(project, "upgrade", "PACKAGE=sniffio")
    after = versions(project)
    assert after.pop(("algorithm.txt", "sniffio")) != {"1.3.0"}
    assert after == before


def test_a_further_index_adds_its_packages_and_no_old_version_of_another(further_index, tmp_path):
    given = f"--extra-index-url {further_index}"
    (tmp_path / "some.in").write_text(f"{given}\nprivate-demo\nsniffio\n")
    with_uv = os.environ | {"PATH": f"{UV.parent}{os.pathsep}{os.environ['PATH']}"}
    run(LOCK, tmp_path, env=with_uv)
    made = tmp_path / "some.txt"
    found = {locks.name(pin.requirement): locks.version(pin) for pin in locks.pins(made)}
    assert found.keys() == {"private-demo", "sniffio"} and found["sniffio"] != OLD
    assert given in made.read_text().splitlines()


def test_libraries_for_gpus_are_told_of_when_they_come_with_the_way_to_do_without(further_index, tmp_path):
    (tmp_path / "some.in").write_text(f"--extra-index-url {further_index}\nnvidia-demo\n")
    with_uv = os.environ | {"PATH": f"{UV.parent}{os.pathsep}{os.environ['PATH']}"}
    told = [
        subprocess.run([LOCK, tmp_path], env=with_uv, capture_output=True, text=True, timeout=300, check=True).stderr
        for _ in range(2)
    ]
    first, second = told[0].splitlines()
    assert first.endswith("some.txt has changed")
    assert second == (
        "lock.sh: it brings 1 for NVIDIA's GPUs (nvidia-demo …), gigabytes on Linux; "
        "without them: docs/packages.md, PyTorch for CPUs alone"
    )
    assert told[1] == "", "the second time there is nothing new"


def test_without_caches_a_lock_installs_the_same_files_again(server_lock, tmp_path):
    first, second = (records(install(tmp_path / folder, server_lock)) for folder in ("first", "second"))
    assert len(first) > 5
    assert first == second


def test_a_package_of_another_hash_is_refused(server_lock, tmp_path):
    with pytest.raises(AssertionError, match="THESE PACKAGES DO NOT MATCH THE HASHES"):
        install(tmp_path, re.sub(r"sha256:.", "sha256:x", server_lock))


def run(*command: str | Path, **options) -> None:
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    assert result.returncode == 0, result.stdout + result.stderr


def lock(project: Path, *arguments: str) -> None:
    result = make(project, *arguments)
    assert result.returncode == 0, result.stdout


def versions(project: Path) -> dict[tuple[str, str], set[str]]:
    """Of every package in every lock."""
    found: dict[tuple[str, str], set[str]] = {}
    for lock in (project / "requirements").glob("*.txt"):
        for pin in locks.pins(lock):
            found.setdefault((lock.name, locks.name(pin.requirement)), set()).add(locks.version(pin))
    return found


def install(folder: Path, lock: str) -> Path:
    """What the image's build does with a lock, but into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "lock.txt").write_text(lock)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "install", "--no-compile"]
    run(*pip, "--require-hashes", "--only-binary", ":all:", "--target", folder / "packages", "-r", folder / "lock.txt")
    return folder / "packages"


def records(packages: Path) -> dict[str, str]:
    """Each package with the hash of its RECORD, which has the hash of each of its files."""
    return {
        f"{each.name} {each.version}": hashlib.sha256((each.read_text("RECORD") or "").encode()).hexdigest()
        for each in distributions(path=[str(packages)])
    }
