"""Trains on several hosts of this machine, for local_test/train_cluster.sh, which checks that all it needs is there."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

from byoc.tools.cluster import host_folders, launching, results
from byoc.tools.cluster.job import Job, tell


def main(test_dir: Path, count: int, image: str) -> int:
    hosts = launching.names(count) if image else launching.addresses(count)
    interface = "eth0" if image else launching.loopback()
    try:
        folders = host_folders.fill(test_dir, hosts, interface, os.environ.get("SHARDED") == "true")
    except (OSError, ValueError) as error:
        tell(f"the hosts' folders cannot be made: {error}")
        return 1
    job = Job()
    job.listen()
    started = launching.containers(image, folders) if image else nullcontext(launching.processes(folders))
    with started as commands:
        codes = job.run(commands)
    try:
        for clash in results.clashes(folders):
            tell(clash)
        results.put_together(folders, test_dir)
    except OSError as error:
        tell(f"what the hosts left in {test_dir / 'hosts'} cannot be put together: {error}")
        return 1
    if any(codes.values()):
        ends = ", ".join(f"{host} with exit code {code}" for host, code in codes.items())
        tell(f"ended: {ends}; each one's folder is in {test_dir / 'hosts'}")
    return next((code for code in codes.values() if code), 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
