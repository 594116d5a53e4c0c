"""Data-parallel training over the hosts of a job by torch.distributed: NCCL between GPUs, gloo between CPUs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from byoc.hosts import network_interface, rendezvous
from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.collectives import Collectives
from byoc.training.job import Job


@contextmanager
def connected(job: Job, device: torch.device) -> Iterator[None]:
    """A block in which networks on devices of this kind can be `joined`. One host alone starts nothing."""
    if job.collectives.size == 1:
        yield
        return
    network_interface.choose(job.cluster, "GLOO", "NCCL")
    patience = timedelta(seconds=ClusterSettings.from_environment().stall)
    with job.collectives.together(RuntimeError):
        distributed.init_process_group(
            "nccl" if device.type == "cuda" else "gloo",
            store=_store(job, patience),
            rank=job.collectives.rank,
            world_size=job.collectives.size,
            timeout=patience,
        )
    yield
    distributed.destroy_process_group()  # not after an error: it might wait for hosts that wait for this one


def joined(network: nn.Module) -> nn.Module:
    """What to call in the place of the network, for its gradients to become the mean of those on all hosts."""
    return DistributedDataParallel(network) if distributed.is_initialized() else network


def steps(collectives: Collectives, places: Tensor, batch_size: int) -> Iterator[tuple[Tensor, int]]:
    """The steps of an epoch: which of this host's rows are in each, perhaps none, and how many there are on all hosts.

    Every row is in one step, in an order that the first host draws; `places` is that of byoc/hosts/sharding.py.
    """
    state = collectives.broadcast(torch.get_rng_state().numpy().tobytes())
    torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
    order = torch.randperm(len(places))
    # Each host's dropout draws numbers of its own, and the same ones again if the epoch is repeated (C-04).
    if collectives.rank:
        torch.manual_seed(int(torch.randint(2**62, ())) + collectives.rank)
    for chosen in places[order].split(batch_size):
        yield chosen[chosen >= 0], len(chosen)


def _store(job: Job, patience: timedelta) -> distributed.TCPStore:
    """What the hosts find each other by: at the first one, on a port that is free there."""
    if not job.leads:
        return distributed.TCPStore(job.cluster.leader, int(job.collectives.broadcast()), timeout=patience)
    server = rendezvous.listen(job.cluster, 0)
    address, port = server.getsockname()
    job.collectives.broadcast(str(port).encode())
    settings = {"is_master": True, "wait_for_workers": False, "master_listen_fd": server.detach()}
    return distributed.TCPStore(address, port, timeout=patience, **settings)
