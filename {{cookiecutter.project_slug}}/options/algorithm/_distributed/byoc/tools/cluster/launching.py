"""Names, addresses and commands of a job's hosts: each is started by train_local.sh on its folder."""

import os
import socket
import subprocess
import sys
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

TRAIN = Path(__file__).resolve().parents[3] / "local_test" / "train_local.sh"


def names(count):
    """SageMaker's, in SageMaker's order."""
    return sorted(f"algo-{number}" for number in range(1, count + 1))


def addresses(count):
    """As many addresses of this machine as there are hosts; ends the program if they are not there, as on macOS."""
    found = [f"127.0.0.{2 + number}" for number in range(count)]
    for address in found:
        try:
            socket.create_server((address, 0)).close()
        except OSError:
            way = f"name an image, or: sudo ifconfig lo0 alias {address}"
            sys.exit(f"train_cluster.sh: {address} is not an address of this machine; {way}")
    return found


def loopback():
    return next(name for _, name in socket.if_nameindex() if name.startswith("lo"))


def processes(folders):
    """Commands by host; by these settings, unless they are set, another job's hosts of this machine are told apart."""
    own = {"BYOC_CLUSTER_PORT": free_ports(), "TRAINING_JOB_NAME": f"train-cluster-{os.getpid()}"}
    settings = [f"{name}={os.environ.get(name) or value}" for name, value in own.items()]
    return {folder.name: ["env", f"TEST_DIR={folder}", *settings, TRAIN] for folder in folders}


def free_ports():
    """The first of two ports in a row that nobody has on any of the addresses; whoever asks next gets others."""
    while True:
        with socket.create_server(("", 0)) as first:
            port = first.getsockname()[1]
            with suppress(OSError, OverflowError), socket.create_server(("", port + 1)):
                return port


@contextmanager
def containers(image, folders):
    """Commands by host, on a Docker network that is there meanwhile; hosts/docker.sh is all that Docker is told."""
    network = f"train-cluster-{uuid.uuid4().hex[:8]}"
    create, remove = f"docker network create {network}", f"docker network rm {network}"
    commands = {folder.name: docker_run(image, folder, network) for folder in folders}
    script = [create, *(f"{command} &" for command in commands.values()), "wait", remove, ""]
    (folders[0].parent / "docker.sh").write_text("\n".join(script), encoding="utf-8")
    apart = {"stdout": subprocess.DEVNULL, "start_new_session": True, "check": False}  # so that Ctrl-C leaves nothing
    if subprocess.run(create.split(), **apart).returncode:
        sys.exit(1)  # Docker has said why
    try:
        yield {host: ["bash", "-c", f"exec {command}"] for host, command in commands.items()}
    finally:
        left = [f"{network}-{host}" for host in commands]
        subprocess.run(["docker", "rm", "--force", *left], stderr=subprocess.DEVNULL, **apart)
        subprocess.run(remove.split(), stderr=subprocess.DEVNULL, **apart)


def docker_run(image, folder, network):
    """The command with which train_local.sh would start the host of this folder, for a shell."""
    host = folder.name
    of = f"--name {network}-{host} --hostname {host} --network {network} --network-alias {host}"
    options = f"{os.environ.get('DOCKER_OPTIONS', '')} {of}"
    environment = {**os.environ, "TEST_DIR": str(folder), "DOCKER_OPTIONS": options, "DRY_RUN": "true"}
    result = subprocess.run([TRAIN, image], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        sys.exit(1)  # the script has said why
    return result.stdout.strip()
