"""A training job on several hosts of this machine. For train_cluster.sh, which says what it does and checks that all it
needs is there.
"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

import cluster_folders
import cluster_hosts
import cluster_left
from cluster_job import Job, tell


def main(test_dir: Path, count: int, image: str) -> int:
    hosts = cluster_hosts.names(count) if image else cluster_hosts.addresses(count)
    interface = "eth0" if image else cluster_hosts.loopback()
    try:
        folders = cluster_folders.fill(test_dir, hosts, interface, os.environ.get("SHARDED") == "true")
    except (OSError, ValueError) as error:
        tell(f"the hosts' folders cannot be made: {error}")
        return 1
    job = Job()
    job.listen()
    started = cluster_hosts.containers(image, folders) if image else nullcontext(cluster_hosts.processes(folders))
    with started as commands:
        codes = job.run(commands)
    try:
        for clash in cluster_left.clashes(folders):
            tell(clash)
        cluster_left.put_together(folders, test_dir)
    except OSError as error:
        tell(f"what the hosts left in {test_dir / 'hosts'} cannot be put together: {error}")
        return 1
    if any(codes.values()):
        ends = ", ".join(f"{host} with exit code {code}" for host, code in codes.items())
        tell(f"ended: {ends}; each one's folder is in {test_dir / 'hosts'}")
    return next((code for code in codes.values() if code), 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
