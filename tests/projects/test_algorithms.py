"""The projects of all algorithms but the networks, which test_networks.py tries meanwhile."""

import pytest

from algorithm_projects import ALGORITHMS, NETWORKS, OfEveryAlgorithm, project_of

pytestmark = pytest.mark.slow

shared, project = project_of([name for name in ALGORITHMS if name not in NETWORKS])


class TestAlgorithms(OfEveryAlgorithm):
    pass
