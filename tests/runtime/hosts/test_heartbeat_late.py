"""Hosts that come late hear why the job failed, and none waits for long to tell or to hear it (D-03, D-05)."""

import signal
import threading
import time

import pytest

import loopback
from byoc import status
from byoc.failure import End
from byoc.hosts import heartbeat_leader, shutdown
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.membership import Fault
from byoc.training.supervisor import OVER

FIRST, SECOND = HOSTS = tuple(loopback.addresses(2))
SECONDS = 20  # in which everything here is over
REFUSED = End(1, "no such hyperparameter")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(heartbeat_leader, "SETTLE", 0)


def settings(silence: int) -> ClusterSettings:
    return ClusterSettings(port=loopback.free_ports(), start=10 * SECONDS, silence=silence, stall=SECONDS)


def wait_until_joined(first: heartbeat_leader.Leader) -> None:
    by = time.monotonic() + SECONDS
    while not getattr(first, "_names", None):
        assert time.monotonic() < by
        time.sleep(0.01)


def test_a_first_host_that_failed_waits_a_while_to_tell_those_that_come_late():
    known = settings(SECONDS)
    first = loopback.heartbeat(known, FIRST, HOSTS)
    first.ended(REFUSED)
    assert first.over.wait(SECONDS)
    assert first.is_alive()
    second = loopback.heartbeat(known, SECOND, HOSTS)
    assert second.over.wait(SECONDS)
    assert second.fault == Fault(FIRST, REFUSED.reason, status.current())
    first.join(SECONDS)
    assert not first.is_alive()


@pytest.mark.parametrize(("silence", "signalled"), [(1, False), (10 * SECONDS, True)])
def test_it_waits_no_longer_than_for_a_silent_one_or_until_it_is_told_to_stop(silence, signalled):
    first = loopback.heartbeat(settings(silence), FIRST, HOSTS)
    first.ended(REFUSED)
    assert first.over.wait(SECONDS)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if signalled:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    began = time.monotonic()
    first.leave({signal.SIGTERM})
    assert time.monotonic() - began < SECONDS
    if signalled:
        signal.sigwait({signal.SIGTERM})
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_a_host_that_failed_does_not_wait_long_for_the_first_and_tells_its_own_reason(tmp_path):
    second = loopback.heartbeat(settings(1), SECOND, HOSTS)
    second.ended(REFUSED)
    assert second.over.wait(SECONDS)
    failure = tmp_path / "failure"
    assert shutdown.end_with_the_others(second, REFUSED, failure, "", set(), OVER) == REFUSED.code
    assert failure.read_text() == f"Exception during training: {REFUSED.reason}\n"


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_was_stopped_does_not_wait_for_one_that_is_not_there(host):
    alone = loopback.heartbeat(settings(SECONDS), host, HOSTS)
    alone.stop()
    alone.ended(End(0, stopped=True))
    alone.join(SECONDS)
    assert (alone.is_alive(), alone.fault, alone.code) == (False, None, 0)


def test_a_host_that_was_stopped_leaves_at_the_alarm_if_the_first_has_not_ended_by_then(tmp_path):
    known = settings(SECONDS)
    first, second = (loopback.heartbeat(known, host, HOSTS) for host in HOSTS)
    wait_until_joined(first)  # one that has not joined and is stopped leaves without a word
    second.stop()
    blocked = {signal.SIGALRM, OVER}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    signal.pthread_kill(threading.get_ident(), signal.SIGALRM)
    assert shutdown.end_with_the_others(second, End(0, stopped=True), tmp_path / "failure", "", set(), OVER) == 0
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert not first.over.is_set()
    first.ended(End(0))
    assert first.over.wait(SECONDS)
    assert first.fault is None
