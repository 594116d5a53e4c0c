"""Hosts train on GPUs if each has one, and say on what they train."""

from types import SimpleNamespace

import pytest

import loopback
from byoc.hosts import devices
from byoc.hosts.collectives import Collectives
from byoc.hosts.resource_config import Cluster

GPU = "NVIDIA T4"


@pytest.mark.parametrize(
    ("counts", "expected", "lines"),
    [
        ([0], False, ["training on CPUs: there is no GPU"]),
        ([1], True, [f"training on {GPU}"]),
        ([1, 1], True, [f"training on {GPU}"] * 2),
        ([0, 0], False, ["training on CPUs: there is no GPU"] * 2),
        ([1, 0], False, ["training on CPUs: no GPU on algo-2, and hosts train alike: give each one"] * 2),
        ([4], True, [f"training on {GPU}", "3 more here stay idle: take more instances, with one GPU each"]),
        ([4, 0], False, ["training on CPUs: no GPU on algo-2, and hosts train alike: give each one"] * 2),
    ],
)
def test_all_hosts_train_alike_and_say_on_what(counts, expected, lines, capsys):
    def chosen(collectives: Collectives) -> bool:
        job = SimpleNamespace(collectives=collectives, cluster=Cluster(current_host=f"algo-{1 + collectives.rank}"))
        return devices.on_gpu(job.collectives, job.cluster.current_host, [GPU] * counts[collectives.rank])

    assert loopback.threads(chosen, len(counts)) == [expected] * len(counts)
    assert capsys.readouterr().out.splitlines() == lines
