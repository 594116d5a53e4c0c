"""train_local.sh, once for each host of a job on several. For train_cluster.sh, which says what it does and checks that
all it needs is there.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from contextlib import contextmanager
from pathlib import Path

import cluster_folders

TRAIN = Path(__file__).with_name("train_local.sh")


def main(test_dir: Path, count: int, image: str) -> int:
    hosts = sorted(f"algo-{number}" for number in range(1, count + 1)) if image else addresses(count)
    interface = "eth0" if image else next(name for _, name in socket.if_nameindex() if name.startswith("lo"))
    try:
        folders = cluster_folders.fill(test_dir, hosts, interface, os.environ.get("SHARDED") == "true")
    except (OSError, ValueError) as error:
        tell(f"the hosts' folders cannot be made: {error}")
        return 1
    job = Job()
    signal.signal(signal.SIGINT, job.stop)
    signal.signal(signal.SIGTERM, job.stop)
    try:
        with network(image, hosts) as options:
            codes = job.run(folders, options, [image] if image else [])
    finally:
        cluster_folders.put_together(folders, test_dir)
    if any(codes.values()):
        ends = ", ".join(f"{host} with exit code {code}" for host, code in codes.items())
        tell(f"ended: {ends}; each one's folder is in {test_dir / 'hosts'}")
    return next((code for code in codes.values() if code), 0)


class Job:
    """The hosts' processes, each of them in a session of its own, so that Ctrl-C is this one's to pass on."""

    def __init__(self):
        self.processes = {}
        self.stopped = False

    def run(self, folders, options, arguments):
        """The hosts' exit codes, once all have ended; `options` are those of `docker run`, by host."""
        readers = []
        for folder in folders:
            if self.stopped:
                break
            more = f"{os.environ.get('DOCKER_OPTIONS', '')} {options.get(folder.name, '')}"
            # By the job's name hosts tell their own from those of another job on this machine (byoc/greeting.py).
            environment = {"TRAINING_JOB_NAME": f"train-cluster-{os.getpid()}", **os.environ}
            environment |= {"TEST_DIR": str(folder), "DOCKER_OPTIONS": more}
            streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            process = subprocess.Popen([TRAIN, *arguments], env=environment, start_new_session=True, **streams)
            self.processes[folder.name] = process
            readers.append(threading.Thread(target=show, args=(folder.name, process.stdout), daemon=True))
            readers[-1].start()
        codes = {host: process.wait() for host, process in self.processes.items()}
        for reader in readers:
            reader.join(5)
        return {host: code if code >= 0 else 128 - code for host, code in codes.items()}

    def stop(self, number, _):
        tell("ending all hosts at once" if self.stopped else "asking all hosts to stop; once more ends them at once")
        for process in list(self.processes.values()):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL) if self.stopped else process.terminate()
        self.stopped = True


@contextmanager
def network(image, hosts):
    """A Docker network on which the hosts find each other by their names; gives the options that put each there."""
    if not image:
        yield {}
        return
    name = f"train-cluster-{uuid.uuid4().hex[:8]}"
    if subprocess.run(["docker", "network", "create", name], stdout=subprocess.DEVNULL, check=False).returncode:
        sys.exit(1)  # Docker has said why
    try:
        of = "--name {0}-{1} --hostname {1} --network {0} --network-alias {1}"
        yield {host: of.format(name, host) for host in hosts}
    finally:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["docker", "rm", "--force", *(f"{name}-{host}" for host in hosts)], **quiet, check=False)
        subprocess.run(["docker", "network", "rm", name], **quiet, check=False)


def addresses(count):
    """As many addresses of this machine as there are hosts; ends the program if they are not there, as on macOS."""
    found = [f"127.0.0.{2 + number}" for number in range(count)]
    for address in found:
        try:
            socket.create_server((address, 0)).close()
        except OSError:
            tell(f"{address} is not an address of this machine; name an image, or: sudo ifconfig lo0 alias {address}")
            sys.exit(1)
    return found


def show(host, output):
    for line in output:
        print(f"{host} | {line.decode(errors='replace')}", end="", flush=True)


def tell(text):
    print(f"train_cluster.sh: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
