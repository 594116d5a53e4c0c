"""Coordinated shutdown: the supervisors of a job's hosts end together, whether all have ended or one has failed."""

import os
import signal
from collections.abc import Set
from pathlib import Path

from byoc import failure
from byoc.errors import InputError
from byoc.failure import End
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.heartbeat import INTERVAL, Heartbeat
from byoc.hosts.heartbeat_follower import Follower
from byoc.hosts.heartbeat_leader import Leader
from byoc.hosts.resource_config import Cluster
from byoc.paths import Paths


def heartbeat_of(paths: Paths, over: signal.Signals) -> Heartbeat | None:
    """This host's heartbeat, or None if it is alone. It sends this process the signal `over` in the end.

    Raises SettingError for a setting that breaks its rule.
    """
    settings = ClusterSettings.from_environment()
    try:
        cluster = Cluster.read(paths.config)
    except InputError:  # the job itself refuses that
        return None
    if cluster.size == 1:
        return None
    process = os.getpid()
    return (Follower if cluster.rank else Leader)(cluster, settings, lambda: os.kill(process, over))


def end_with_the_others(
    heartbeat: Heartbeat, end: End, told: Path, trace: str, leave: Set[signal.Signals], over: signal.Signals
) -> int:
    """Wait until all hosts have ended, or one has failed; then the failure file `told` says which and why.

    Returns the exit code. `end` is how the training on this host ended, perhaps because the heartbeat was over. Stops
    waiting once one of the signals `leave` comes, or the alarm of a stop: a host that waits until SageMaker kills it
    ends with 137. These and `over` must be blocked.
    """
    killed = 128 + signal.SIGKILL
    ended_by_fault = heartbeat.fault is not None and (end.code == killed or not told.exists())
    if end.code and not ended_by_fault:
        failure.report(told, end.reason, trace)
    heartbeat.ended(end)
    while not heartbeat.over.is_set():
        if signal.sigwait(leave | {signal.SIGALRM, over}) != over:
            heartbeat.stop()
            heartbeat.over.wait(INTERVAL)  # for the others to hear that it is no loss
            break
    if heartbeat.fault and (heartbeat.fault.host != heartbeat.host or not told.exists()):
        failure.blame(told, str(heartbeat.fault), trace)
    heartbeat.leave(leave)
    return heartbeat.code if ended_by_fault else end.code or heartbeat.code
