"""What the tests that every server stack passes need to know of this one."""

import shutil
from pathlib import Path

import pytest

no_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not on the PATH; install nginx-light")
# The ways to run it: without nginx on the PATH gunicorn listens itself.
FRONTS = [pytest.param("nginx", marks=no_nginx), "gunicorn"]
# The servers of each, whose death must end it.
SERVERS = [
    pytest.param("nginx", "nginx", marks=no_nginx),
    pytest.param("nginx", "gunicorn", marks=no_nginx),
    ("gunicorn", "gunicorn"),
]
# How many requests each takes on with one worker and a queue of one: gunicorn itself has places for three.
TAKEN = {"nginx": 2, "gunicorn": 3}
# The process whose children are the workers.
PARENT = "gunicorn"
# The ways that withstand slow clients: gunicorn by itself has a thread wait for each.
PATIENT = FRONTS[:1]
# What makes it wait for a second, where it would for many: (file, text in it, what to put there).
SOONER = [
    ("nginx.conf", "client_header_timeout 15s", "client_header_timeout 1s"),
    ("nginx.conf", "client_body_timeout 60s", "client_body_timeout 1s"),
    ("nginx.conf", "    send_timeout 60s", "    send_timeout 1s"),
]


def environment(front: str, program: Path) -> dict[str, str]:
    """What makes `serve` take this way."""
    return {"PATH": str(program)} if front == "gunicorn" else {}
