"""Heartbeats and membership: which host is the reason that a job failed, and which hosts are stuck (D-01, D-05)."""

import socket

import pytest

from byoc import status
from byoc.failure import End
from byoc.hosts import membership, rendezvous
from byoc.hosts.collectives import Collectives
from byoc.hosts.membership import Fault, Host
from byoc.hosts.resource_config import Cluster

CLUSTER = Cluster("algo-1", ("algo-1", "algo-2"))


def host(**known: object) -> Host:
    return Host(doing="round 3", heard=1, **known)


@pytest.mark.parametrize(
    "likelier",
    [
        {"lost": "lost (it closed the connection)", "failed": 2},
        {"end": End(137, "killed"), "failed": 2},
        {"end": End(143, "stopped by SIGTERM", stopped=True), "failed": 2},
        {"end": End(1, "no such column"), "failed": 0.5},
    ],
)
def test_the_reason_is_a_host_that_is_gone_or_killed_else_the_one_that_failed_first(likelier):
    known = {"algo-1": host(end=End(1, "cannot connect"), failed=1), "algo-2": host(**likelier), "algo-3": host()}
    reason = likelier.get("lost") or likelier["end"].reason
    assert membership.fault(known) == Fault("algo-2", reason, "round 3")


def test_hosts_that_were_stopped_have_not_failed():
    assert membership.fault({"algo-1": host(end=End(143, "stopped", stopped=True), failed=1), "algo-2": host()}) is None


def test_one_host_that_works_while_others_have_ended_is_not_stuck():
    known = {"algo-1": host(moved=0), "algo-2": host(moved=0, end=End(0))}
    assert not membership.stuck(known, 1)
    assert membership.stuck(known | {"algo-3": host(moved=0)}, 1) == {"algo-1": "round 3", "algo-3": "round 3"}


@pytest.mark.parametrize("step", [lambda: status.update("round 3"), lambda: Collectives().any(False)])
def test_a_host_that_tells_of_a_step_or_hears_from_the_others_is_not_stuck(step):
    known = {"algo-1": host(moved=0, steps=status.steps()), "algo-2": host(moved=0)}
    known["algo-1"].take("round 3", status.steps())
    assert membership.stuck(known, 1)
    step()
    known["algo-1"].take("round 3", status.steps())
    assert not membership.stuck(known, 1)


def test_a_name_that_stands_for_another_machine_does_not_keep_hosts_from_meeting(monkeypatch):
    monkeypatch.setattr(socket, "gethostbyname", lambda name: "192.0.2.1")
    with rendezvous.listen(CLUSTER, 0) as server:
        assert server.getsockname()[0] == "0.0.0.0"
