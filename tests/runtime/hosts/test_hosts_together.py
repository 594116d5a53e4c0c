"""A job on several hosts: whatever becomes of one, all end together, and say the same (D-01, D-03, D-05)."""

import re
import signal
import time

import pytest

import loopback
from byoc.hosts.heartbeat_leader import SETTLE
from byoc.paths import Paths
from jobs import ALGORITHM

SPREADS = f"{ALGORITHM}\nDISTRIBUTED = True\n\ndef train(job, hyperparameters):\n"
MEETS = '    job.collectives.gather(0)\n    print("met", flush=True)\n'
LATE = 2  # seconds


@pytest.fixture
def hosts(tmp_path) -> list[Paths]:
    return loopback.fill(tmp_path / "hosts", 2)


@pytest.fixture
def three_hosts(tmp_path) -> list[Paths]:
    return loopback.fill(tmp_path / "hosts", 3)


def wait_for(host: loopback.Host, line: str) -> None:
    while line not in host.log:
        assert host.process.poll() is None, host.log
        time.sleep(0.05)


def codes(hosts: list[loopback.Host]) -> list[int]:
    return [host.process.wait(loopback.SECONDS) for host in hosts]


def test_what_each_host_has_all_others_get(three_hosts, program_with):
    rank = "    hosts, rank = job.collectives, job.cluster.rank\n"
    told = "    print(hosts.gather([rank]), hosts.any(rank == 2), flush=True)\n"
    program = program_with(SPREADS + rank + told + "    save(job)\n    job.metric('train:rmse', 1)\n")
    first, *others = loopback.ended(three_hosts, program)
    assert [host.process.returncode for host in (first, *others)] == [0, 0, 0]
    assert first.log == "[[0], [1], [2]] True\ntrain:rmse=1.000000\n"
    assert [host.log for host in others] == ["[[0], [1], [2]] True\n"] * 2  # whoever scrapes logs finds a metric once
    assert [len(list(host.paths.model.iterdir())) for host in (first, *others)] == [2, 0, 0]  # T-44, D-06


def test_an_algorithm_for_one_host_trains_on_the_first_and_the_others_wait_for_it_until_stopped(
    three_hosts, program_with
):
    asks = "    while not job.stopping:\n        time.sleep(0.05)\n    save(job)\n"
    program = program_with(f"{ALGORITHM}\ndef train(job, hyperparameters):\n{asks}")
    with loopback.started(three_hosts, program) as started:
        for host in started[1:]:
            wait_for(host, f"nothing to do on {host.name}")
        time.sleep(1)  # in which its training ends
        while started[2].process.poll() is None:  # if it had not ended yet, the first signal was for that
            started[2].process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
        time.sleep(SETTLE + 1)
        assert [host.process.poll() for host in started] == [None, None, 0]
        started[0].process.send_signal(signal.SIGTERM)
        assert codes(started) == [0, 0, 0]
    assert [host.failure for host in started] == [""] * 3


def test_what_one_host_refuses_every_host_names(three_hosts, program_with):
    refuses = (
        '    if job.cluster.rank == 1:\n        raise ValueError("the sky is green")\n    job.collectives.gather(0)\n'
    )
    first, second, third = loopback.ended(three_hosts, program_with(SPREADS + refuses))
    assert [host.process.returncode for host in (first, second, third)] == [1, 1, 1]
    assert second.failure.startswith("Exception during training: ValueError: the sky is green\n")
    reason = f"Exception during training: host {second.name}, while starting: ValueError: the sky is green\n"
    assert [host.failure.startswith(reason) for host in (first, third)] == [True, True]


@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_training_is_the_reason_on_every_host(hosts, program_with, killed):
    dies = f"    if job.cluster.rank == {killed}:\n        os.kill(os.getpid(), signal.SIGKILL)\n"
    ended = loopback.ended(hosts, program_with(SPREADS + MEETS + dies + "    job.collectives.gather(0)\n"))
    assert [host.process.returncode for host in ended] == [137 if rank == killed else 1 for rank in range(2)]
    for rank, host in enumerate(ended):
        assert "the training process was ended by SIGKILL, most likely for lack of memory" in host.failure
        assert (f"host {ended[killed].name}" in host.failure) == (rank != killed)


def test_one_failure_makes_others_fail_and_the_likelier_one_is_named(three_hosts, program_with):
    fails = '    if job.cluster.rank == 1:\n        raise RuntimeError("no route to host")\n'
    dies = "    if job.cluster.rank == 2:\n        time.sleep(0.5)\n        os.kill(os.getpid(), signal.SIGKILL)\n"
    ended = loopback.ended(three_hosts, program_with(SPREADS + MEETS + fails + dies + "    wait()\n"))
    reason = (
        f"Exception during training: host {ended[2].name}, while starting: the training process was ended by SIGKILL"
    )
    assert [host.failure.startswith(reason) for host in ended] == [True, True, False]
    assert "\non this host: Exception during training: RuntimeError: no route to host\n" in ended[1].failure


@pytest.mark.parametrize("killed", [0, 2])
def test_a_lost_host_ends_the_job_on_every_other(three_hosts, program_with, killed):
    with loopback.started(three_hosts, program_with(SPREADS + MEETS + "    wait()\n")) as started:
        for host in started:
            wait_for(host, "waiting")
        started[killed].signal(signal.SIGKILL)
        codes(started)
    others = [host for rank, host in enumerate(started) if rank != killed]
    assert [host.process.returncode for host in others] == [1, 1]
    doing = "(starting|waiting for the other hosts)"  # it told that up to a second before
    lost = rf"Exception during training: host {started[killed].name}, while {doing}: lost \("
    assert [bool(re.match(lost, host.failure)) for host in others] == [True, True]
    assert " in wait" in others[0].failure  # and where this one was


def test_a_silent_host_counts_as_lost(three_hosts, program_with):
    program = program_with(SPREADS + MEETS + "    wait()\n")
    with loopback.started(three_hosts, program, BYOC_CLUSTER_SILENCE_SECONDS="2") as started:
        for host in started:
            wait_for(host, "waiting")
        started[1].signal(signal.SIGSTOP)  # as if its machine hung, or the network were cut
        assert codes([started[0], started[2]]) == [1, 1]
        started[1].signal(signal.SIGCONT)
        assert codes([started[1]]) == [1]
    assert "lost: no heartbeat for" in started[0].failure
    assert started[2].failure.startswith(f"Exception during training: host {started[1].name}, while")
    assert ": lost" in started[1].failure.splitlines()[0]


def test_hosts_that_only_wait_for_each_other_are_stuck(hosts, program_with):
    stuck = "    if job.cluster.rank == 1:\n        wait()\n    job.collectives.gather(0)\n"
    ended = loopback.ended(hosts, program_with(SPREADS + MEETS + stuck), BYOC_CLUSTER_STALL_SECONDS="2")
    assert [host.process.returncode for host in ended] == [1, 1]
    assert "stuck: no progress for 2 s (BYOC_CLUSTER_STALL_SECONDS)" in ended[1].failure


def test_a_late_host_is_waited_for(hosts, program_with):
    program = program_with(SPREADS + MEETS + "    save(job)\n")
    with loopback.started(hosts[:1], program) as [first]:
        time.sleep(LATE)
        assert first.process.poll() is None
        environment = {"BYOC_CLUSTER_PORT": first.port}
        with loopback.started(hosts[1:], program, **environment) as others:
            assert codes([first, *others]) == [0, 0]


@pytest.mark.parametrize("absent", [0, 1])
def test_a_host_that_never_comes_is_named(hosts, program_with, absent):
    present = [paths for rank, paths in enumerate(hosts) if rank != absent]
    ended = loopback.ended(present, program_with(SPREADS + MEETS), BYOC_CLUSTER_START_SECONDS="2")
    reason = f"host {hosts[absent].base.name}: did not start within 2 s (BYOC_CLUSTER_START_SECONDS)"
    assert [host.process.returncode for host in ended] == [1]
    assert reason in ended[0].failure.splitlines()[0]


@pytest.mark.parametrize(("saves", "code"), [("    save(job)\n", 0), ("", 143)])
def test_all_hosts_agree_to_stop_and_the_first_one_says_whether_there_is_a_model(hosts, program_with, saves, code):
    loop = (
        '    print("waiting", flush=True)\n    while not job.collectives.any(job.stopping):\n        time.sleep(0.05)\n'
    )
    with loopback.started(hosts, program_with(SPREADS + MEETS + loop + saves)) as started:
        for host in started:
            wait_for(host, "waiting")
        for host in started:
            host.process.send_signal(signal.SIGTERM)
        assert codes(started) == [code] * 2
    assert [bool(host.failure) for host in started] == [bool(code)] * 2


@pytest.mark.parametrize("gone", [0, 1])
def test_of_hosts_that_are_stopped_any_may_be_gone_first(hosts, program_with, gone):
    ends = (
        "    while not job.stopping:\n        time.sleep(0.05)\n"
        '    print("stopping", flush=True)\n    time.sleep(3)\n    save(job)\n'
    )
    with loopback.started(hosts, program_with(f'{SPREADS}{MEETS}    print("waiting", flush=True)\n{ends}')) as started:
        for host in started:
            wait_for(host, "waiting")
        started[1 - gone].process.send_signal(signal.SIGTERM)
        wait_for(started[1 - gone], "stopping")  # else a busy machine may take what is gone for the reason
        started[gone].signal(signal.SIGKILL)
        assert codes([started[1 - gone]]) == [0]
    assert not started[1 - gone].failure


def test_a_setting_that_cannot_be_used_is_refused_by_name(hosts, program_with):
    [first, *_] = loopback.ended(hosts[:1], program_with(SPREADS), BYOC_CLUSTER_START_SECONDS="soon")
    assert first.process.returncode == 1
    assert "BYOC_CLUSTER_START_SECONDS='soon' cannot be used: it must be a whole number" in first.failure


def test_a_port_that_is_taken_is_refused_by_name(hosts, program_with):
    port = loopback.free_ports()
    with loopback.listening(hosts[0].base.name, port):
        settings = {"BYOC_CLUSTER_PORT": str(port), "BYOC_CLUSTER_SILENCE_SECONDS": "2"}
        first, *_ = loopback.ended(hosts, program_with(SPREADS + MEETS + "    wait()\n"), **settings)
    assert first.process.returncode == 1
    assert f"BYOC_CLUSTER_PORT={port} cannot be used" in first.failure


def test_all_hosts_resume_from_what_the_first_one_finds(hosts, program_with):
    hosts[0].checkpoints.mkdir()
    step = "    print(job.checkpoints.latest(), flush=True)\n    job.checkpoints.save(7, b'seven')\n    save(job)\n"
    program = program_with(SPREADS + step)
    assert [host.log.splitlines()[-1] for host in loopback.ended(hosts, program)] == ["None"] * 2
    again = loopback.ended(hosts, program)
    assert [host.log.splitlines()[-1] for host in again] == ["(7, b'seven')"] * 2
