"""Collectives between training processes, and what becomes of an error meanwhile (D-05)."""

import pytest

from byoc.hosts import collectives
from byoc.hosts.collectives import Collectives


def test_an_error_among_hosts_is_told_as_it_is_and_waits_once_for_a_better_reason(monkeypatch, capsys):
    monkeypatch.setattr(collectives, "PATIENCE", 0)
    hosts = Collectives(0, 2)
    with pytest.raises(OSError, match="No space left"), hosts.together(), hosts.together():
        raise OSError(28, "No space left on device")
    why = "waiting 0 s in case another host's failure is the cause"
    assert capsys.readouterr().out == f"OSError: [Errno 28] No space left on device; {why}\n"
