"""The projects whose algorithms train networks; see test_algorithms.py."""

import pytest

from algorithm_projects import NETWORKS, OfEveryAlgorithm, project_of

pytestmark = pytest.mark.slow

shared, project = project_of(NETWORKS)


class TestNetworks(OfEveryAlgorithm):
    pass
