"""What is in the folders here needs the algorithms' frameworks: test_algorithms.py and test_networks.py run it."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite("algorithm_projects")
collect_ignore_glob = ["*/*"]
collect_ignore = [str(Path(__file__).with_name("test_example.py"))]
