"""A job on two hosts: two containers of the names in `hosts`, on a network of their own."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from .kit import JOB, Kit, Run, once
from .ml_folder import contents, resources
from .outcome import container_only, must
from .program import wait_until
from .target_image import docker

# As local mode names them: nothing may rely on algo-1 (D-02, LM-02).
HOSTS = ["algo-1-abcde", "algo-2-abcde"]
LATE = 5  # seconds that the second host starts after the first


@contextmanager
def network(*options: str) -> Iterator[str]:
    """A network of the caller's own, by its name."""
    name = f"contract-kit-{uuid.uuid4().hex[:12]}"
    docker("network", "create", *options, name)
    try:
        yield name
    finally:
        docker("network", "rm", name, check=False)


@once
def run_cluster(kit: Kit) -> list[Run]:
    """Both hosts' runs; each has all the data of the plain run."""
    kit.good_run()
    with network() as name:
        return run_on(kit, name)


def run_on(kit: Kit, name: str) -> list[Run]:
    folders = [kit.ml() for _ in HOSTS]
    programs = []
    try:
        for number, (host, ml) in enumerate(zip(HOSTS, folders, strict=True)):
            ml.write("resourceconfig.json", resources(HOSTS, number))
            options = ("--network", name, "--network-alias", host, "--hostname", host)
            programs.append(kit.target.start("train", folder=ml.path, environment=JOB, options=options))
            if number == 0:
                wait_until(lambda: not programs[0].running, LATE)
        codes = [program.wait(kit.limits["train"]) for program in programs]
        return [
            Run(code, program.output, program.last_line(), ml, 0)
            for code, program, ml in zip(codes, programs, folders, strict=True)
        ]
    finally:
        for program in programs:
            program.remove()


@container_only
def two_hosts_train(kit: Kit) -> str:
    """D-01, D-02, D-03, LM-02: hosts of any name, one of which comes late."""
    for host, run in zip(HOSTS, run_cluster(kit), strict=True):
        must(run.code == 0, f"exit code {run.code} on {host} of two: {run.last_line}")
    return f"exit code 0 on {' and '.join(HOSTS)}, the second {LATE} s late"


@container_only
def two_hosts_leave_one_model(kit: Kit) -> str:
    """T-44, D-06, C-08: the platform lays what all hosts leave into one archive."""
    runs = run_cluster(kit)
    for part in ("model", "output/data"):
        first, second = (set(contents(run.folder.path / part)) for run in runs)
        must(not first & second, f"both hosts wrote {part}/{', '.join(sorted(first & second))[:120]}")
    must(any(contents(run.folder.model) for run in runs), "no host left a model")
    return "no name was written by both hosts"
