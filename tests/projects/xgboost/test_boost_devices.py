"""Where XGBoost trains: on GPUs only if its build knows them and every host has one, as all grow the same trees."""

from types import SimpleNamespace

import pytest
import xgboost

import algorithm
from byoc.hosts.resource_config import Cluster
from byoc.serving import gpu
from byoc.training import environment

IDLE = "training on CPUs: xgboost-cpu has no GPU support; name xgboost in requirements/algorithm.in\n"


@pytest.mark.parametrize(
    ("knows", "driver", "others", "expected", "said"),
    [
        (True, True, 1, "cuda", "training on a GPU\n"),
        (True, True, 0, "cpu", "training on CPUs: no GPU on algo-2, and hosts train alike: give each one\n"),
        (True, False, 0, "cpu", "training on CPUs: there is no GPU\n"),
        (False, True, 1, "cpu", IDLE),
        (False, False, 0, "cpu", ""),
    ],
)
def test_it_trains_where_all_hosts_can(monkeypatch, capsys, knows, driver, others, expected, said):
    monkeypatch.setattr(xgboost, "build_info", lambda: {"USE_CUDA": knows})
    monkeypatch.setattr(gpu, "has_driver", lambda: driver)
    monkeypatch.setattr(environment, "gpus", lambda: 1)
    collectives = SimpleNamespace(gather=lambda mine: [mine, ["algo-2", others]])
    job = SimpleNamespace(collectives=collectives, cluster=Cluster(current_host="algo-1"))
    assert (algorithm.device(job), capsys.readouterr().out) == (expected, said)
