"""Trains trees on several hosts by Dask, through joblib: https://joblib.readthedocs.io/en/stable/parallel.html

The first host has the scheduler, and every host a worker, all within the processes that train.
"""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster, Worker, WorkerPlugin

from byoc import cpus, status
from byoc.training.job import Job

# What goes wrong the job tells itself; Dask also complains of connections that end because the job does.
for name in ("distributed", "distributed.client"):
    logging.getLogger(name).setLevel(logging.CRITICAL)

UNLIMITED = 0  # else Dask puts rows on the disk, or ends a worker, by a limit that it guesses


class Progress(WorkerPlugin):
    """Tells what its host is doing, so that hosts which grow trees for long do not count as stuck."""

    def __init__(self) -> None:
        self.begun = 0

    def transition(self, key: str, start: str, finish: str, **rest: Any) -> None:
        if finish == "executing":
            self.begun += 1
            status.update(f"growing trees, part {self.begun} of this host's")


@contextmanager
def growing(job: Job, table: np.ndarray) -> Iterator[None]:
    """A block of the first host in which a forest that learns from `table` (rows, columns) grows on all hosts.

    Each gets the table once, before it begins: it must be the very array that scikit-learn hands on to its trees.
    """
    status.update("growing trees")
    address = _address(job)
    cluster = LocalCluster(
        processes=False,
        protocol="tcp",
        host=address,
        dashboard_address=f"{address}:0",
        threads_per_worker=cpus.available(),
        memory_limit=UNLIMITED,
        silence_logs=False,
    )
    client = Client(cluster)
    client.register_plugin(Progress())
    job.collectives.broadcast(cluster.scheduler_address.encode())
    client.wait_for_workers(job.collectives.size)
    print(f"{job.collectives.size} hosts grow trees, on {sum(client.ncores().values())} CPUs", flush=True)
    with job.collectives.together(), joblib.parallel_config("dask", client=client, scatter=[table]):
        yield
    client.close()
    cluster.close()


def grow(job: Job) -> None:
    """Grow trees for the first host, until it has all."""
    status.update("growing trees")
    scheduler = job.collectives.broadcast().decode()
    loop = asyncio.new_event_loop()
    # Not in this thread: Stopped has to interrupt it, and not what asyncio does.
    threading.Thread(target=loop.run_forever, daemon=True).start()
    asyncio.run_coroutine_threadsafe(_work(scheduler, _address(job)), loop).result()


async def _work(scheduler: str, address: str) -> None:
    async with Worker(scheduler, host=address, nthreads=cpus.available(), memory_limit=UNLIMITED) as worker:
        await worker.finished()


def _address(job: Job) -> str:
    """Where the other hosts reach this one: what its name stands for."""
    return socket.gethostbyname(job.cluster.current_host)
