"""Which part a host has in the link of its job's hosts, and how its supervisor ends with the others."""

import os
import signal
from collections.abc import Set
from pathlib import Path

from byoc import failure
from byoc.cluster import Cluster
from byoc.cluster_settings import ClusterSettings
from byoc.errors import InputError
from byoc.hosts import End
from byoc.link import BEAT, Link
from byoc.link_follower import Follower
from byoc.link_leader import Leader
from byoc.paths import Paths

NEWS = signal.SIGUSR1  # sent to this process once the link is over


def of(paths: Paths) -> Link | None:
    """This host's link to others, if there are others; raises SettingError for a setting of it that breaks its rule."""
    settings = ClusterSettings.from_environment()
    try:
        cluster = Cluster.read(paths.config)
    except InputError:  # the job itself refuses that
        return None
    if cluster.size == 1:
        return None
    process = os.getpid()
    return (Follower if cluster.rank else Leader)(cluster, settings, lambda: os.kill(process, NEWS))


def end_with_the_others(link: Link, end: End, told: Path, trace: str, leave: Set[signal.Signals]) -> int:
    """Wait until all hosts have ended, or one has failed, which the failure file `told` then says; gives the exit code.

    `end` is how the training on this host ended, perhaps because the link was over. Waits no longer once one of the
    signals `leave` comes, or the alarm of a stop: who waits until SageMaker kills it ends with 137. These and NEWS must
    be blocked.
    """
    killed = 128 + signal.SIGKILL
    ended_by_fault = link.fault is not None and (end.code == killed or not told.exists())
    if end.code and not ended_by_fault:
        failure.report(told, end.reason, trace)
    link.ended(end)
    while not link.over.is_set():
        if signal.sigwait(leave | {signal.SIGALRM, NEWS}) != NEWS:
            link.stop()
            link.over.wait(BEAT)  # for the others to hear that it is no loss
            break
    if link.fault and (link.fault.host != link.host or not told.exists()):
        failure.blame(told, str(link.fault), trace)
    link.leave(leave)
    return link.code if ended_by_fault else end.code or link.code
