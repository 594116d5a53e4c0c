"""What is tried here is what images have: the packages of this environment are those that the stacks lock."""

import re
from importlib.metadata import version

import pytest

from stacks import FRONTS, TEMPLATE

PIN = re.compile(r"^([\w.-]+)(?:\[.*\])?==([\w.]+)", re.MULTILINE)


@pytest.mark.parametrize("stack", sorted({front.stack for front in FRONTS.values()}))
def test_the_servers_here_have_the_versions_of_the_stacks_lock(stack):
    lock = TEMPLATE.project / "options/server_stack" / stack / "requirements/server.txt"
    pinned = dict(PIN.findall(lock.read_text(encoding="utf-8")))
    assert pinned
    assert {name: version(name) for name in pinned} == pinned, "renew the locks: make lock"
