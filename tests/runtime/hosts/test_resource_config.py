"""resourceconfig.json in every shape that SageMaker and its SDKs write (T-16, T-17, D-01, D-02, D-11)."""

import json

import pytest

from byoc.errors import InputError
from byoc.hosts.resource_config import Cluster
from jobs import CLOUD

MINIMAL = {"current_host": "algo-1", "hosts": ["algo-1", "algo-2", "algo-3"], "network_interface_name": "eth1"}
LOCAL = {"current_host": "algo-1-abcde", "hosts": ["algo-1-abcde"], "current_instance_type": "local"}
CLASSIC = {"current_host": "localhost", "hosts": ["localhost"]}


def read(folder, content, name="resourceconfig.json") -> Cluster:
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return Cluster.read(folder)


def test_the_documented_form(tmp_path):
    cluster = read(tmp_path, MINIMAL)
    assert cluster == Cluster("algo-1", ("algo-1", "algo-2", "algo-3"), "eth1")
    assert cluster.rank == 0


@pytest.mark.parametrize(
    "more", [{}, {"topology": None}, {"topology": [{"hostName": "algo-1", "capacityUnitId": "x"}], "new": 1}]
)
def test_the_form_of_real_jobs(tmp_path, more):
    cluster = read(tmp_path, CLOUD | more)
    groups = {"homogeneousCluster": ("algo-1", "algo-2")}
    assert cluster == Cluster(
        "algo-2", ("algo-1", "algo-2"), "ethwe", "ml.m5.xlarge", group="homogeneousCluster", groups=groups
    )
    assert cluster.rank == 1


def test_the_form_of_local_mode(tmp_path):
    assert read(tmp_path, LOCAL) == Cluster("algo-1-abcde", ("algo-1-abcde",), instance_type="local")


def test_the_classic_samples_file_is_found_under_its_own_name(tmp_path):
    assert read(tmp_path, CLASSIC, "resourceConfig.json") == Cluster()
    assert read(tmp_path, {}, "resourceConfig.json") == Cluster()  # which is what that of AWS's own has
    assert read(tmp_path, LOCAL).current_host == "algo-1-abcde"  # SageMaker's own comes first


def test_without_a_file_a_host_is_alone(tmp_path):
    assert Cluster.read(tmp_path) == Cluster("localhost", ("localhost",))


def test_the_rank_is_the_place_in_the_list_as_given(tmp_path):
    hosts = ["algo-1", "algo-10", "algo-2"]
    assert [read(tmp_path, {"current_host": host, "hosts": hosts}).rank for host in hosts] == [0, 1, 2]


@pytest.mark.parametrize(
    "content", ["", "[]", "5", '{"current_host": "algo-1"}', '{"current_host": "a", "hosts": ["b"]}', "null"]
)
def test_a_file_that_contradicts_itself_is_refused_by_name(tmp_path, content):
    with pytest.raises(InputError, match=r"resourceconfig\.json must name hosts, and current_host as one of them"):
        read(tmp_path, content)
