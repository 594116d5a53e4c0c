"""An account in which jobs can begin, and following that does not wait."""

import pytest

from aws_jobs import make_ready
from byoc.tools.aws.jobs import follow


@pytest.fixture
def digest(aws, monkeypatch) -> str:
    """Of the image that was pushed to the account."""
    monkeypatch.setattr(follow, "INTERVAL", 0)
    return make_ready(aws)
