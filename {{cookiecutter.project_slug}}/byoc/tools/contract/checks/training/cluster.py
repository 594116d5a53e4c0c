"""Training on several hosts: as many containers, on a network of their own."""

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ...kit import JOB, Kit, once
from ...ml_folder import MlFolder, contents, resources
from ...outcome import container_only, early, must
from ...started import Run
from ...targets.program import Program, wait_until
from ...targets.target_image import docker

# As local mode names them: nothing may rely on algo-1 (D-02, LM-02).
HOSTS = ["algo-1-abcde", "algo-2-abcde"]
SHARES = {"algo-1-abcde": 1, "algo-2-abcde": 2, "algo-3-abcde": 0}  # how many copies of all files each host gets
LONG = 100  # data files of a job that is still at work when a host is killed
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
def two_hosts(kit: Kit, copies: int = 0) -> Iterator[list[tuple[Program, MlFolder]]]:
    """Both hosts at work, the second a little late, each with all the data of the plain run, and copies of it."""
    kit.good_run()
    folders = [kit.ml() for _ in HOSTS]
    for ml in folders:
        ml.multiply(copies)
    with network() as name, ExitStack() as stack:
        first = stack.enter_context(host(kit, name, HOSTS, 0, folders[0]))
        wait_until(lambda: not first.running, LATE)
        second = stack.enter_context(host(kit, name, HOSTS, 1, folders[1]))
        yield list(zip((first, second), folders, strict=True))


def host(
    kit: Kit, network: str, hosts: list[str], number: int, ml: MlFolder, groups: dict[str, list[str]] | None = None
) -> Program:
    """One of them, started."""
    ml.write("resourceconfig.json", resources(hosts, number, groups))
    options = ("--network", network, "--network-alias", hosts[number], "--hostname", hosts[number])
    return kit.target.start("train", folder=ml.path, environment=JOB, options=options)


@once
def run_cluster(kit: Kit) -> list[Run]:
    """Both hosts' runs."""
    with two_hosts(kit) as started:
        return ended(kit, started)


def ended(kit: Kit, started: list[tuple[Program, MlFolder]]) -> list[Run]:
    codes = [program.wait(kit.limits["train"]) for program, _ in started]
    return [
        Run(code, program.output, program.last_line(), ml, 0)
        for code, (program, ml) in zip(codes, started, strict=True)
    ]


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
    must_leave_one_model(run_cluster(kit))
    return "no name was written by both hosts"


def must_leave_one_model(runs: list[Run]) -> None:
    for part in ("model", "output/data"):
        names = [name for run in runs for name in contents(run.folder.path / part)]
        twice = sorted({name for name in names if names.count(name) > 1})
        must(not twice, f"several hosts wrote {part}/{', '.join(twice)[:120]}")
    must(any(contents(run.folder.model) for run in runs), "no host left a model")


@early
@container_only
def dead_host_is_not_waited_for(kit: Kit) -> str:
    """D-05: one of two is killed at work; the other ends, by an error or with a model.

    Where both train together, that is by an error, and the other's failure file names the one that was killed.
    """
    together = "distributed" in kit.claims
    with two_hosts(kit, LONG // max(1, len(kit.ml().files())) if together else 0) as [(first, ml), (second, _)]:
        wait_until(lambda: second.lines or not second.running, PATIENCE)
        second.remove()
        killed = time.monotonic()
        code = first.wait(kit.limits["train"])
    must(code or any(contents(ml.model)), f"{HOSTS[0]} ended with exit code 0 and no model")
    seen = f"{HOSTS[0]} ended with exit code {code}, {time.monotonic() - killed:.0f} s after {HOSTS[1]} had been killed"
    if not together:
        return seen
    must(code, seen)
    told = Run(code, first.output, first.last_line(), ml, 0).failure.partition("\n")[0]
    must(HOSTS[1] in told, f"{seen}, but its failure does not name that host: {told[:200]!r}")
    return f"{seen}: {told[:200]!r}"


@early
@container_only
def shards_of_any_size_train(kit: Kit) -> str:
    """D-07: three hosts with ShardedByS3Key, of which one has twice as many files as another, and one none."""
    kit.good_run()
    must_train_together(kit, {name: shard(kit, copies) for name, copies in SHARES.items()})
    return f"exit code 0 on {len(SHARES)} hosts, and one model, of shards that hold {tuple(SHARES.values())} × the data"


@early
@container_only
def one_group_may_have_all_channels(kit: Kit) -> str:
    """D-11: two instance groups of a host each, of which the first was given no channel."""
    kit.good_run()
    folders = [kit.ml() for _ in HOSTS]
    folders[0].write("inputdataconfig.json", {})
    folders[0].remove_data()
    must_train_together(kit, dict(zip(HOSTS, folders, strict=True)), {name: [name] for name in HOSTS})
    return f"exit code 0 on {' and '.join(HOSTS)}, and one model, of what only the second was given"


def must_train_together(kit: Kit, folders: dict[str, MlFolder], groups: dict[str, list[str]] | None = None) -> None:
    """Hosts of these names, perhaps in several instance groups."""
    names = list(folders)
    with network() as name, ExitStack() as stack:
        started = []
        for number, ml in enumerate(folders.values()):
            started.append((stack.enter_context(host(kit, name, names, number, ml, groups)), ml))
        runs = ended(kit, started)
    for each, run in zip(names, runs, strict=True):
        must(run.code == 0, f"exit code {run.code} on {each} of {len(runs)}: {run.last_line}")
    must_leave_one_model(runs)


def shard(kit: Kit, copies: int) -> MlFolder:
    """A host's folder with so many copies of every data file."""
    ml = kit.ml()
    ml.write("inputdataconfig.json", {k: v | {"S3DistributionType": "ShardedByS3Key"} for k, v in ml.channels.items()})
    for file in ml.files():
        for number in range(copies):
            shutil.copy(file, file.with_name(f"part-{number}-{file.name}"))
        file.unlink()
    return ml
