"""A job on two hosts: two containers of the names in `hosts`, on a network of their own."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from .kit import JOB, Kit, once
from .ml_folder import MlFolder, contents, resources
from .outcome import container_only, early, must
from .program import Program, wait_until
from .started import Run
from .target_image import docker

# As local mode names them: nothing may rely on algo-1 (D-02, LM-02).
HOSTS = ["algo-1-abcde", "algo-2-abcde"]
LATE = 5  # seconds that the second host starts after the first
PATIENCE = 30  # seconds for a host's first line


@contextmanager
def network(*options: str) -> Iterator[str]:
    """A network of the caller's own, by its name."""
    name = f"contract-kit-{uuid.uuid4().hex[:12]}"
    docker("network", "create", *options, name)
    try:
        yield name
    finally:
        docker("network", "rm", name, check=False)


@contextmanager
def two_hosts(kit: Kit) -> Iterator[list[tuple[Program, MlFolder]]]:
    """Both hosts at work, each with all the data of the plain run."""
    kit.good_run()
    started = []
    with network() as name, ExitStack() as stack:
        for number, host in enumerate(HOSTS):
            ml = kit.ml()
            ml.write("resourceconfig.json", resources(HOSTS, number))
            options = ("--network", name, "--network-alias", host, "--hostname", host)
            program = kit.target.start("train", folder=ml.path, environment=JOB, options=options)
            started.append((stack.enter_context(program), ml))
            if number == 0:
                wait_until(lambda: not started[0][0].running, LATE)
        yield started


@once
def run_cluster(kit: Kit) -> list[Run]:
    """Both hosts' runs."""
    with two_hosts(kit) as started:
        ended = [(program, program.wait(kit.limits["train"]), ml) for program, ml in started]
        return [Run(code, program.output, program.last_line(), ml, 0) for program, code, ml in ended]


@early
@container_only
def two_hosts_train(kit: Kit) -> str:
    """D-01, D-02, D-03, LM-02: hosts of any name, one of which comes late."""
    for host, run in zip(HOSTS, run_cluster(kit), strict=True):
        must(run.code == 0, f"exit code {run.code} on {host} of two: {run.last_line}")
    return f"exit code 0 on {' and '.join(HOSTS)}, the second {LATE} s late"


@early
@container_only
def two_hosts_leave_one_model(kit: Kit) -> str:
    """T-44, D-06, C-08: the platform lays what all hosts leave into one archive."""
    runs = run_cluster(kit)
    for part in ("model", "output/data"):
        first, second = (set(contents(run.folder.path / part)) for run in runs)
        must(not first & second, f"both hosts wrote {part}/{', '.join(sorted(first & second))[:120]}")
    must(any(contents(run.folder.model) for run in runs), "no host left a model")
    return "no name was written by both hosts"


@early
@container_only
def dead_host_is_not_waited_for(kit: Kit) -> str:
    """D-05: one of two is killed at work; the other ends, by an error or with a model."""
    with two_hosts(kit) as [(first, ml), (second, _)]:
        wait_until(lambda: second.lines or not second.running, PATIENCE)
        second.remove()
        code = first.wait(kit.limits["train"])
    must(code or any(contents(ml.model)), f"{HOSTS[0]} ended with exit code 0 and no model")
    return f"{HOSTS[0]} ended with exit code {code} after {HOSTS[1]} had been killed"
