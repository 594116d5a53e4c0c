"""What the tests that every server stack passes need to know of this one."""

from pathlib import Path

# The ways to run it.
FRONTS = ["uvicorn"]
# The servers of each, whose death must end it.
SERVERS = [("uvicorn", "uvicorn")]
# How many requests each takes on with one worker and a queue of one.
TAKEN = {"uvicorn": 2}
# Those that give a request up by its time.
ENDS_WHAT_HANGS = FRONTS


def environment(front: str, program: Path) -> dict[str, str]:
    """What makes `serve` take this way."""
    return {}
