"""An image as the target, driven by the Docker CLI as SageMaker drives it."""

import ipaddress
import json
import signal
import socket
import subprocess
import time
import uuid
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path

from ..outcome import NotChecked, NotHeld
from .program import Program, wait_until
from .target import Launch, Target

CAPABILITIES = "com.amazonaws.sagemaker.capabilities."
CALL_LIMIT = 120  # seconds, for calls that do not run the target

# Prints the ids of PID 1's children, inside the container.
CHILDREN = """\
for file in /proc/[0-9]*/status; do
  while read -r key value; do
    case $key in Pid:) pid=$value ;; PPid:) [ "$value" = 1 ] && echo "$pid" ;; esac
  done <"$file"
done 2>/dev/null; true"""

# Prints "usage_usec NUMBER" for version 2 of control groups, "usage NUMBER" in nanoseconds for version 1.
CPU_USED = """\
cd /sys/fs/cgroup && if [ -e cpu.stat ]; then head -n 1 cpu.stat; else echo usage "$(cat cpuacct/cpuacct.usage)"; fi"""


def mount(source: Path, target: str, *options: str) -> tuple[str, str]:
    """Words for `docker run`; unlike -v, --mount takes a path with a colon, and a line of CSV also one with a comma."""
    quoted = f"source={source}".replace('"', '""')
    return "--mount", ",".join(("type=bind", f'"{quoted}"', f"target={target}", *options))


class Image(Target):
    """Every container carries a label by which `close` finds it."""

    kind = "image"

    def __init__(self, name: str, environment: dict[str, str]):
        super().__init__(name, environment)
        self.label = f"contract-kit={uuid.uuid4().hex}"
        self.closed = False

    @cached_property
    def inspected(self) -> dict:
        """What `docker image inspect` says."""
        return json.loads(docker("image", "inspect", self.name))[0]

    @property
    def config(self) -> dict:
        return self.inspected["Config"]

    @property
    def labels(self) -> dict[str, str]:
        return self.config.get("Labels") or {}

    def launch(self, launch: Launch) -> "Container":
        if self.closed:
            raise NotChecked("the run was stopped")
        folder, model = launch.folder, launch.model
        command = ["--label", self.label, *launch.options]
        command += mount(folder, "/opt/ml") if folder else []
        command += [word for path in launch.read_only for word in mount(folder / path, f"/opt/ml/{path}", "readonly")]
        command += mount(model, "/opt/ml/model", "readonly") if model else []
        command += [word for port in launch.ports for word in ("-p", f"127.0.0.1::{port}")]
        command += [word for item in launch.environment.items() for word in ("-e", "=".join(item))]
        return Container([*command, self.name, *launch.words])

    def shell(self, script: str) -> str:
        """What a script prints under the image's /bin/sh; raises NotHeld if there is none or it fails."""
        with self.start("-c", script, options=("--entrypoint", "/bin/sh")) as program:
            code = program.wait(CALL_LIMIT)
            if code:
                raise NotHeld(f"sh -c {script!r} ended with exit code {code}: {program.last_line()}")
            return program.output

    @cached_property
    def files(self) -> list[str]:
        """The paths of all files in the image, without running it."""
        container = docker("create", "--label", self.label, self.name, "true").strip()
        exporting = subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE)
        how = {"stdin": exporting.stdout, "capture_output": True, "text": True, "timeout": CALL_LIMIT}
        listing = subprocess.run(["tar", "-t"], **how)
        exporting.wait(CALL_LIMIT)
        docker("rm", "--force", container)
        return [f"/{name.removeprefix('./')}" for name in listing.stdout.splitlines()]

    def remove_tree(self, folder: Path) -> None:
        """Empty a folder in which root's containers may have left what this user cannot delete."""
        words = ("run", "--rm", "--label", self.label, "--user", "0", *mount(folder, "/contract-kit"))
        docker(*words, "--entrypoint", "/bin/sh", self.name, "-c", "rm -rf /contract-kit/*", check=False)

    def close(self) -> None:
        """Remove every container that this run has started, also those that a check starts at this very moment."""
        self.closed = True
        for pause in (0, 1):
            time.sleep(pause)
            left = docker("ps", "--all", "--quiet", "--filter", f"label={self.label}", check=False).split()
            if left:
                docker("rm", "--force", "--volumes", *left, check=False)


class Container(Program):
    """A running container; its exit code is the `docker run` client's."""

    def __init__(self, arguments: list[str]):
        self.name = f"contract-kit-{uuid.uuid4().hex[:12]}"
        super().__init__(["docker", "run", "--sig-proxy=false", "--name", self.name, *arguments])

    def state(self, template: str) -> str:
        return docker("inspect", "--format", template, self.name, check=False).strip()

    def is_alive(self) -> bool:
        return self.state("{{.State.Running}}") == "true"

    def _begun(self) -> None:
        begun = wait_until(lambda: not self.running or self.state("{{.State.Running}}") == "true", 60, 0.1)
        if not begun or not self.running:
            raise NotHeld(f"the container has ended already: {self.last_line()}")

    def address(self, port: int = 8080) -> tuple[str, int]:
        self._begun()
        own = self.state("{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}").split()
        if own and on_bridge():
            return own[0], port
        try:
            published = docker("port", self.name, f"{port}/tcp").split()[0]
        except DockerError:
            self._begun()  # which tells of a container that has ended meanwhile
            raise
        host, _, number = published.rpartition(":")
        return host, int(number)

    def send(self, number: signal.Signals) -> None:
        self._begun()
        docker("kill", "--signal", number.name.removeprefix("SIG"), self.name, check=False)

    def execute(self, script: str) -> str:
        """What a script prints under /bin/sh in the running container; raises NotChecked if that does not work."""
        try:
            return docker("exec", self.name, "/bin/sh", "-c", script)
        except DockerError as error:
            raise NotChecked(f"nothing can be run in the container to look: {error}") from None

    def cpu_seconds(self) -> float:
        """By its control group: on a busy machine the clock says little."""
        with suppress(NotChecked, ValueError, KeyError):
            key, number = self.execute(CPU_USED).split()[:2]
            return int(number) / {"usage_usec": 1e6, "usage": 1e9}[key]
        return super().cpu_seconds()

    def children(self) -> list[int]:
        return [int(pid) for pid in self.execute(CHILDREN).split()]

    def kill_child(self, pid: int) -> None:
        docker("exec", self.name, "/bin/sh", "-c", f"kill -9 {pid}", check=False)  # the container may end with it

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name, check=False)
        if self.running:
            self.process.kill()
        self.process.wait(30)


@cache
def on_bridge() -> bool:
    """Whether this machine reaches containers by their own addresses: a published port is Docker's proxy's, whose
    connections say nothing about the container. On macOS and with rootless engines there is no other way."""
    template = "{{range .IPAM.Config}}{{.Subnet}} {{end}}"
    subnets = docker("network", "inspect", "--format", template, "bridge", check=False).split()
    if not subnets:
        return False
    try:
        socket.create_server((str(ipaddress.ip_network(subnets[0])[1]), 0)).close()  # the bridge's own address
    except OSError:
        return False
    return True


class DockerError(Exception):
    """A call of the Docker CLI failed; the message is what it said."""


def docker(*arguments: str, check: bool = True) -> str:
    """What `docker ARGUMENTS` prints; raises DockerError if it fails and `check` is set, or takes too long."""
    try:
        done = subprocess.run(
            ["docker", *arguments], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
            timeout=CALL_LIMIT, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise DockerError(f"docker {arguments[0]} took more than {CALL_LIMIT} s") from None
    if check and done.returncode:
        raise DockerError(done.stderr.strip() or f"docker {arguments[0]} ended with exit code {done.returncode}")
    return done.stdout
