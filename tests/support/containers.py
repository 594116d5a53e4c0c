"""Containers of an image that a test has built, asked from inside: they may have no network."""

import json
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


def run(*command: str) -> subprocess.CompletedProcess:
    result = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@contextmanager
def container(*options: str, program: str, image: str) -> Iterator[str]:
    name = f"{image}-{uuid.uuid4().hex[:8]}"
    run("docker", "run", "--detach", "--name", name, *options, image, program)
    try:
        yield name
    finally:
        subprocess.run(["docker", "rm", "--force", name], capture_output=True, check=True)


def ask(name: str, path: str, body: str = "") -> str:
    """One request from inside the container, which has no network; returns status and body."""
    code = (
        "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8080, timeout=5);"
        "c.request('POST', sys.argv[1], sys.argv[2], {'Content-Type': 'text/csv'}); r = c.getresponse();"
        "print(r.status, r.read().decode(), end='')"
    )
    command = ["docker", "exec", name, "python3", "-c", code, path, body]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout


def wait_until_ready(name: str) -> None:
    for _ in range(100):
        if ask(name, "/ping") == "200 ":
            return
        time.sleep(0.2)
    pytest.fail(run("docker", "logs", "--tail", "20", name).stderr)


def inspect(part: str, image: str) -> Any:
    return json.loads(run("docker", "image", "inspect", "--format", f"{{{{json .{part}}}}}", image).stdout)


def layers(image: str) -> list[str]:
    return inspect("RootFS.Layers", image)
