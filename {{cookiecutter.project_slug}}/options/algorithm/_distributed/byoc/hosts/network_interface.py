"""Selects the network interface that SageMaker names, for engines that choose one by themselves (D-04)."""

import os
import socket

from byoc.hosts.resource_config import Cluster


def choose(cluster: Cluster, *engines: str) -> None:
    """Have engines such as NCCL take the one that SageMaker names; what a job's environment says comes first.

    They would refuse one that is not there, so then the choice stays theirs.
    """
    if cluster.network_interface in [name for _, name in socket.if_nameindex()]:
        for engine in engines:
            os.environ.setdefault(f"{engine}_SOCKET_IFNAME", cluster.network_interface)
