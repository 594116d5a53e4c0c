"""A job on several hosts that are addresses of this machine: each a process of `train`, with a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from byoc.hosts.cluster_settings import ClusterSettings
from byoc.hosts.collectives import Collectives
from byoc.hosts.heartbeat import Heartbeat
from byoc.hosts.heartbeat_follower import Follower
from byoc.hosts.heartbeat_leader import Leader
from byoc.hosts.resource_config import Cluster
from byoc.paths import Paths
from byoc.tools.cluster.launching import free_ports

SECONDS = 120  # for a whole job


@dataclass
class Host:
    name: str
    paths: Paths
    process: subprocess.Popen
    port: str

    @property
    def log(self) -> str:
        return (self.paths.base / "log").read_text(encoding="utf-8")

    @property
    def failure(self) -> str:
        return self.paths.failure.read_text(encoding="utf-8") if self.paths.failure.exists() else ""

    def signal(self, number: int) -> None:
        """To all its processes, as when a machine is taken away."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def addresses(count: int) -> list[str]:
    return [f"127.0.0.{2 + number}" for number in range(count)]


def listening(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port))


def fill(folder: Path, count: int, **configs: object) -> list[Paths]:
    """A folder laid out like /opt/ml for each host; `configs` are files below input/config, by their stems."""
    hosts = addresses(count)
    made = []
    for host in hosts:
        paths = Paths(folder / host)
        for each in (paths.config, paths.data / "training", paths.model, paths.output_data):
            each.mkdir(parents=True)
        resources = {"current_host": host, "hosts": hosts, "network_interface_name": "lo"}
        for name, content in {"hyperparameters": {}, "resourceconfig": resources, **configs}.items():
            (paths.config / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        made.append(paths)
    return made


@contextmanager
def started(folders: list[Paths], program: Path, **environment: str) -> Iterator[list[Host]]:
    """A running job on as many hosts as there are folders."""
    shared = {**os.environ, "BYOC_CLUSTER_PORT": str(free_ports()), "PYTHONUNBUFFERED": "1", **environment}
    hosts = [start(paths, program, shared) for paths in folders]
    try:
        yield hosts
    finally:
        for host in hosts:
            host.signal(signal.SIGKILL)
            host.process.wait()


def start(paths: Paths, program: Path, environment: dict[str, str]) -> Host:
    with (paths.base / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, program / "train"],
            env={**environment, "SAGEMAKER_BASE_DIR": str(paths.base)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # as in a container
        )
    return Host(paths.base.name, paths, process, environment["BYOC_CLUSTER_PORT"])


def ended(folders: list[Paths], program: Path, **environment: str) -> list[Host]:
    """The hosts of a job that has ended."""
    with started(folders, program, **environment) as hosts:
        for host in hosts:
            host.process.wait(SECONDS)
    return hosts


def heartbeat(settings: ClusterSettings, host: str, hosts: tuple[str, ...]) -> Heartbeat:
    """What a host's supervisor has to do with others, begun, in this process."""
    cluster = Cluster(host, hosts)
    begun = (Follower if cluster.rank else Leader)(cluster, settings, lambda: None)
    begun.start()
    return begun


def threads(work: Callable[[Collectives], Any], count: int) -> list[Any]:
    """What `work` gives on each of so many hosts, which are threads of this process."""
    pipes = [Pipe() for _ in range(count - 1)]
    collectives = [Collectives(0, count, [near for near, _ in pipes])]
    collectives += [Collectives(rank, count, [far]) for rank, (_, far) in enumerate(pipes, 1)]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, collectives))
