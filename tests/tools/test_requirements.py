"""The locked packages: an image that is built again next year is the same one (L-16)."""

import re
from pathlib import Path

import pytest

from byoc.tools.packages import locks

PROJECT = Path(__file__).parents[2] / "{{cookiecutter.project_slug}}"
INPUTS = sorted((PROJECT / "requirements").glob("*.in"))
LOCKS = [input.with_suffix(".txt") for input in INPUTS]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_by_version_and_hash(lock):
    pinned = locks.pins(lock)
    assert pinned
    assert [str(pin.requirement) for pin in pinned if not locks.version(pin) or not pin.hashes] == []


@pytest.mark.parametrize("input", INPUTS, ids=lambda input: input.name)
def test_a_lock_pins_what_its_input_asks_for(input):
    assert set(locks.faults(input)) == set()


def test_the_locks_agree_on_each_version():
    assert set(locks.disagreements(LOCKS)) == set()


def test_the_image_takes_nothing_that_is_not_locked_and_builds_nothing_from_source():
    commands = (PROJECT / "byoc/image/install.sh").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    installing = [command for command in commands if re.search(r"\bpip\b.* install\b", command)]
    assert installing
    for option in ("--require-hashes", "--only-binary :all:"):
        assert [command for command in installing if option not in command] == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("six\n", "some.in asks for six, and some.txt pins none; run: make lock"),
        ("", "some.txt pins idna, and some.in asks for it no more; run: make lock"),
    ],
)
def test_an_owner_who_forgot_make_lock_hears_of_it_in_one_line(tmp_path, capsys, line, problem):
    (tmp_path / "some.txt").write_text("idna==3.10 \\\n    --hash=sha256:" + "0" * 64 + "\n    # via -r some.in\n")
    (tmp_path / "some.in").write_text("idna\n")
    assert locks.main(tmp_path) == 0
    (tmp_path / "some.in").write_text("idna\n" + line if line else "")
    assert locks.main(tmp_path) == 1
    assert capsys.readouterr().err == f"locks: {problem}\n"


def test_a_project_that_has_no_lock_yet_is_told_so(tmp_path, capsys):
    (tmp_path / "some.in").write_text("idna\n")
    assert locks.main(tmp_path) == 1
    assert capsys.readouterr().err == "locks: some.in is not locked yet; run: make lock\n"
