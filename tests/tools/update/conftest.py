"""The template with its history, once for all tests of updates."""

from pathlib import Path

import pytest
from updating import template_with_history


@pytest.fixture(scope="session")
def history(tmp_path_factory) -> Path:
    """v0.9.0, the commit of from_commit.txt; v1.0.0, what is here; and v1.1.0, a release more. Do not change it."""
    return template_with_history(tmp_path_factory.mktemp("history") / "byoc-template")
