"""XGBoost's network between the hosts of a job: its tracker on the first, its communicator on all.

https://xgboost.readthedocs.io/en/stable/python/python_api.html#module-xgboost.collective
"""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from xgboost.collective import CommunicatorContext
from xgboost.core import XGBoostError
from xgboost.tracker import RabitTracker

from byoc.hosts import network_interface
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.training.job import Job
from byoc.training.stopping import undisturbed


@contextmanager
def joined(job: Job) -> Iterator[None]:
    """A block in which XGBoost learns from the rows of all hosts, and every host has the same booster.

    The threads that wait for other hosts start, and end, undisturbed: they inherit that, and no signal is theirs.
    """
    if job.collectives.size == 1:
        yield
        return
    network_interface.choose(job.cluster, "NCCL")  # which carries what GPUs tell each other
    tracker, found = None, ""
    if job.leads:
        tracker = RabitTracker(job.collectives.size, socket.gethostbyname(job.cluster.leader), sortby="task")
        with undisturbed():
            tracker.start()
        found = json.dumps(tracker.worker_args())
    settings = json.loads(job.collectives.broadcast(found.encode()))
    settings["dmlc_task_id"] = f"{job.collectives.rank:09d}"  # sorted as texts, so that ranks are ours
    settings["dmlc_timeout"] = ClusterSettings.from_environment().stall
    with job.collectives.together(XGBoostError), ExitStack() as network:
        with undisturbed():
            network.enter_context(CommunicatorContext(**settings))
        yield
        with undisturbed():
            network.close()
            if tracker:
                tracker.wait_for()  # the others take leave of it, too
