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
# The ways that withstand slow clients.
PATIENT = FRONTS
# What makes it wait for a second, where it would for many: (file, text in it, what to put there).
SOONER = [
    ("protocol.py", "HEAD_SECONDS = 15", "HEAD_SECONDS = 1"),
    ("protocol.py", "SEND_SECONDS = 60", "SEND_SECONDS = 1"),
]


def environment(front: str, program: Path) -> dict[str, str]:
    """What makes `serve` take this way."""
    return {}
