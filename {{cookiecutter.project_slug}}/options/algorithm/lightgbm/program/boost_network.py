"""LightGBM's network between the hosts of a job, and the bins of numbers that all hosts share.

https://lightgbm.readthedocs.io/en/stable/Parallel-Learning-Guide.html
"""

import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightgbm
from lightgbm.basic import LightGBMError

from byoc.boosting.across_hosts import stride
from byoc.boosting.dataset import Data
from byoc.boosting.rounds import TRAINING
from byoc.training.job import Job

SAMPLE = 200_000  # rows, LightGBM's own bin_construct_sample_cnt
# LightGBM's time_out: so many milliseconds it gives a host to connect, and so many minutes to say something later. The
# supervisors watch for one that hangs (BYOC_CLUSTER_STALL_SECONDS). More would not fit LightGBM's 32 bits.
PATIENCE = 35_000


@contextmanager
def joined(job: Job, told: Mapping[str, Any], data: Data) -> Iterator[tuple[dict[str, Any], lightgbm.Dataset | None]]:
    """A block in which LightGBM learns from the rows of all hosts, and every host has the same booster.

    Gives what LightGBM is to be told, beginning with what is `told`, and, if there are other hosts, what has the bins.
    """
    if job.collectives.size == 1:
        yield {**told}, None
        return
    told = {**told, "num_machines": job.collectives.size, "tree_learner": "data", "pre_partition": True}
    told["feature_pre_filter"] = False  # by a sample it would leave out too many
    bins = _bins(job, told, data)
    with job.collectives.together(LightGBMError):
        network = lightgbm.Booster({"objective": "none", "verbosity": -1} | _machines(job), bins)
        try:
            yield told, bins
        finally:
            network.free_network()


def _bins(job: Job, told: Mapping[str, Any], data: Data) -> lightgbm.Dataset:
    """A single row, by a sample of all hosts' rows.

    Left to itself, LightGBM bins each column by the rows of one host, which may be few, or of a kind.
    """
    rows = data.channels[TRAINING].matrix
    sample = job.collectives.gather_rows(rows[:: stride(job.collectives, len(rows), SAMPLE)])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bins"
        content = b""
        if job.leads:
            whole = lightgbm.Dataset(sample, params=dict(told), categorical_feature=data.texts, free_raw_data=False)
            whole.subset([0]).construct().save_binary(file)
            content = file.read_bytes()
        file.write_bytes(job.collectives.broadcast(content))
        return lightgbm.Dataset(file, params=dict(told)).construct()


def _machines(job: Job) -> dict[str, Any]:
    """Where each host listens: at a free port of the address from which it reaches the first."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe, socket.socket() as place:
        probe.connect((job.cluster.leader, 1))
        place.bind(("", 0))
        address, port = probe.getsockname()[0], place.getsockname()[1]
        places = job.collectives.gather(f"{address}:{port}")
    machines = {"machines": ",".join(places), "num_machines": job.collectives.size}
    return machines | {"local_listen_port": port, "time_out": PATIENCE}
