"""The locked packages: an image that is built again next year is the same one (L-16)."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["algorithm", "server", "tools"])
def test_every_package_is_pinned_by_version_and_hash(name):
    text = (PROJECT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    packages = re.sub(r"\\\n", "", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    packages = [line for line in packages if not line.startswith("--extra-index-url https://")]
    assert packages
    assert [line for line in packages if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}\b", line)] == []


def test_the_image_takes_nothing_that_is_not_locked():
    commands = (PROJECT / "requirements" / "install.sh").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    installing = [command for command in commands if re.search(r"\bpip\b.* install\b", command)]
    assert installing
    assert [command for command in installing if "--require-hashes" not in command] == []
