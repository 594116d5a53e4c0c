"""What the tests that every server stack passes need to know of this one."""

from pathlib import Path

# The ways to run it.
FRONTS = ["uvicorn"]
# The servers of each, whose death must end it.
SERVERS = [("uvicorn", "uvicorn")]
# How many requests each takes on with one worker and a queue of one.
TAKEN = {"uvicorn": 2}
# The process whose children are the workers.
PARENT = "uvicorn"


def environment(front: str, program: Path) -> dict[str, str]:
    """What makes `serve` take this way."""
    return {}
