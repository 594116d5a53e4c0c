"""The Docker CLI: every call has a timeout, and every container is removed in the end."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..outcome import BenchmarkError

CALL_LIMIT = 60  # seconds, for calls that neither build nor train
LONG_LIMIT = 1800  # seconds, for those that build or pull


def mount(source: Path, target: str) -> list[str]:
    """Words for `docker run`, read-only. Unlike --volume, --mount takes a path with a colon or, quoted, a comma."""
    quoted = f"source={source}".replace('"', '""')
    return ["--mount", f'type=bind,"{quoted}",target={target},readonly']


def require() -> None:
    """Raise BenchmarkError unless docker and its engine are there."""
    if not shutil.which("docker"):
        raise BenchmarkError("docker is not on the PATH: install it, or leave out the image to measure without.")
    if docker("info").returncode:
        raise BenchmarkError("The Docker engine does not answer `docker info`: start it, or ask for access to it.")


def docker(*arguments: str, limit: float = CALL_LIMIT) -> subprocess.CompletedProcess[str]:
    """Run `docker ARGUMENTS`; its stdout holds both streams. Raises BenchmarkError only after `limit` seconds."""
    try:
        # A session of its own: Ctrl-C must reach this program, which cleans up, and not the client half way through.
        return subprocess.run(
            ["docker", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=limit, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"`docker {' '.join(arguments)}` took more than {limit:.0f} s.") from None


def build(tag: str, context: Path) -> None:
    result = docker("build", "--tag", tag, str(context), limit=LONG_LIMIT)
    if result.returncode:
        raise BenchmarkError(f"{context} does not build.\n{last_lines(result.stdout)}")


def inspect(image: str) -> dict:
    """What `docker image inspect` says of a local image."""
    result = docker("image", "inspect", image)
    if result.returncode:
        raise BenchmarkError(f"No image {image!r} on this machine: build or pull it first.")
    return json.loads(result.stdout)[0]


def inspect_base(image: str, platform: str) -> dict:
    """The same of what others are built on, which is pulled if need be: a build keeps no image of it."""
    if docker("image", "inspect", image).returncode:
        docker("pull", "--platform", platform, image, limit=LONG_LIMIT)
    return inspect(image)


@contextmanager
def container_name() -> Iterator[str]:
    """A name for one container, which is removed at the end, running or not."""
    name = f"byoc-benchmark-{time.time_ns()}"
    try:
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


def run(image: str, *command: str, options: tuple[str, ...] = (), limit: float = CALL_LIMIT) -> None:
    """Run a command in a fresh container to its end. Raises BenchmarkError if it fails."""
    with container_name() as name:
        result = docker("run", "--name", name, *options, image, *command, limit=limit)
    if result.returncode:
        raise BenchmarkError(
            f"`{' '.join(command)}` in {image} ended with exit code {result.returncode}.\n{last_lines(result.stdout)}"
        )


def output(image: str, *command: str) -> str:
    """What a command prints in a fresh container, whatever the image's own entry point. Raises BenchmarkError."""
    program, *words = command
    with container_name() as name:
        result = docker("run", "--name", name, "--network", "none", "--entrypoint", program, image, *words)
    if result.returncode:
        raise BenchmarkError(f"{image} does not run {program}.\n{last_lines(result.stdout)}")
    return result.stdout


def last_lines(text: str, count: int = 20) -> str:
    return "\n".join("  | " + line for line in text.splitlines()[-count:])
