"""The server stacks, and the fronts of each: what the tests that all of them pass need to know of it."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from template import ROOT, Template

TEMPLATE = Template(ROOT)
ASGI = "byoc/serving/asgi"


@dataclass(frozen=True)
class Front:
    """What listens for clients, before one of the server stacks. `project` is one with that stack, on this machine."""

    name: str
    stack: str
    servers: tuple[str, ...]  # whose death must end it
    taken: int  # how many requests it takes on with one worker and a queue of one
    parent: str  # the process whose children are the workers
    sooner: tuple[tuple[str, str, str], ...] = ()  # what makes it wait for a second, where it would for many
    finds: bool = True  # whether `serve` finds more on the PATH than the project's own program
    project: Path = field(default=Path(), compare=False)

    @property
    def program(self) -> Path:
        return self.project / "program"

    def environment(self, program: Path) -> dict[str, str]:
        """What makes `serve` take this way."""
        return {} if self.finds else {"PATH": str(program)}

    def __str__(self) -> str:
        return self.name


NGINX_SOONER = (
    ("program/nginx.conf", "client_header_timeout 15s", "client_header_timeout 1s"),
    ("program/nginx.conf", "client_body_timeout 60s", "client_body_timeout 1s"),
    ("program/nginx.conf", "    send_timeout 60s", "    send_timeout 1s"),
)
UVICORN_SOONER = (
    (f"{ASGI}/protocol.py", "HEAD_SECONDS = 15", "HEAD_SECONDS = 1"),
    (f"{ASGI}/protocol.py", "SEND_SECONDS = 60", "SEND_SECONDS = 1"),
)
FRONTS = {
    front.name: front
    for front in (
        Front("nginx", "nginx-gunicorn-flask", ("nginx", "gunicorn"), 2, "gunicorn", NGINX_SOONER),
        # Without nginx on the PATH it listens itself; it has places for three, and a thread waits for each slow client.
        Front("gunicorn", "nginx-gunicorn-flask", ("gunicorn",), 3, "gunicorn", finds=False),
        Front("uvicorn", "uvicorn", ("uvicorn",), 2, "uvicorn", UVICORN_SOONER),
        Front("fastapi", "uvicorn-fastapi", ("uvicorn",), 2, "uvicorn", UVICORN_SOONER),
    )
}
MARKS = {"nginx": [pytest.mark.nginx]}
# Subjects of tests that are about the processes and the protocol, which a stack that builds on another has from that
# one: it leaves them out.
INHERITED = ("busy", "ends", "malformed", "micro_batches", "multi_model_load", "slow_clients")
# The fronts of the tests in a folder that has some only.
FOLDERS = {"gunicorn": ("nginx", "gunicorn"), "uvicorn": ("uvicorn", "fastapi"), "fastapi": ("fastapi",)}


def names(file: Path) -> list[str]:
    """The fronts for which the tests in the file run."""
    own = FOLDERS.get(file.parent.name, tuple(FRONTS))
    if file.stem.removeprefix("test_serve_") not in INHERITED:
        return list(own)
    return [name for name in own if not TEMPLATE.builds_on("server_stack", FRONTS[name].stack)]


def marked(name: str, *more: str) -> object:
    """The front, and more, as parameters of a test."""
    return pytest.param(name, *more, marks=MARKS.get(name, []))
