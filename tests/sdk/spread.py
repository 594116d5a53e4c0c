"""An algorithm that spreads, and whose model is the list of the hosts that have met."""

import json

from pydantic import BaseModel

from byoc.job import Job
from byoc.signature import Signature

DISTRIBUTED = True


class Hyperparameters(BaseModel):
    pass


def train(job: Job, hyperparameters: Hyperparameters) -> None:
    hosts = job.peers.gather(job.cluster.current_host)
    job.save(json.dumps(hosts).encode(), Signature((), ("a", "b")), "hosts.json")
