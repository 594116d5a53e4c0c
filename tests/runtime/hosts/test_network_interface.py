"""Engines that choose a network interface themselves take the one that SageMaker names, if it is there (D-04)."""

import pytest

from byoc.hosts import network_interface
from byoc.hosts.resource_config import Cluster


@pytest.mark.parametrize(
    ("named", "expected"),
    [("lo", {"GLOO_SOCKET_IFNAME": "lo", "NCCL_SOCKET_IFNAME": "mine"}), ("ethwe", {"NCCL_SOCKET_IFNAME": "mine"})],
)
def test_engines_are_told_of_the_interface_that_sagemaker_names_unless_it_is_not_there(monkeypatch, named, expected):
    environment = {"NCCL_SOCKET_IFNAME": "mine"}
    monkeypatch.setattr(network_interface.os, "environ", environment)
    network_interface.choose(Cluster(network_interface=named), "GLOO", "NCCL")
    assert environment == expected
