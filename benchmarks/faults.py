"""What becomes of a training job on two hosts when one of them fails, and how soon. `make bench-faults` runs it.

    PYTHONPATH=tests/support benchmarks/faults.py [--algorithm xgboost] [--output FILE] [NAME …]

Builds an image of an algorithm that boosts trees, and does to two containers on a network of their own, which train on
its example for thousands of rounds, what can happen to two instances. Each NAME is a part of a fault's name. The table
goes to the README beside it; with --output, only there. It takes ten minutes, most of them waiting.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import readme
from bakery import Bakery
from template import export

HERE = Path(__file__).resolve().parent
BEGIN = "<!-- What `make bench-faults` has seen; it writes this part. -->\n"
HOSTS = ["algo-1", "algo-2"]
LIMIT = 240  # seconds for a job
START, MIDDLE, SAVE = "training on", "round 500 of", "the model is that of"
HYPERPARAMETERS = {"num_round": "3000", "early_stopping_rounds": "None"}  # half a minute of work


@dataclass
class Fault:
    """`act` is called with the hosts by name once `victim` has printed a line that begins with `moment`."""

    name: str
    victim: str = "algo-2"
    moment: str = ""
    act: Callable[[dict, str, str], None] | None = None
    late: float | None = 0  # seconds after which the second host starts; None is never
    rows: bool = True  # whether the second host has any
    settings: dict[str, str] = field(default_factory=dict)


def kill(hosts: dict, victim: str, _: str) -> None:
    docker("kill", "--signal", "KILL", hosts[victim].name)


def cut_off(hosts: dict, victim: str, network: str) -> None:
    docker("network", "disconnect", "--force", network, hosts[victim].name)


def halt(hosts: dict, victim: str, _: str) -> None:
    """Stop the process that trains, and not its supervisor."""
    [training] = hosts[victim].children()
    hosts[victim].execute(f"kill -STOP {training}")


WORKER, LEADER = ("a worker", "algo-2"), ("the first host", "algo-1")
FAULTS = [
    Fault("none"),
    *(
        Fault(f"`kill -9` of {who} {when}", victim, moment, kill)
        for who, victim in (WORKER, LEADER)
        for when, moment in (("as training starts", START), ("in the middle", MIDDLE), ("while it saves", SAVE))
    ),
    Fault("a host comes 60 s late", late=60),
    Fault("a host never comes", late=None, settings={"BYOC_CLUSTER_START_SECONDS": "30"}),
    Fault("a worker is cut off from the network", "algo-2", MIDDLE, cut_off),
    Fault("the first host is cut off from the network", "algo-1", MIDDLE, cut_off),
    Fault("a worker's training stands still", "algo-2", MIDDLE, halt, settings={"BYOC_CLUSTER_STALL_SECONDS": "30"}),
    Fault("a host's shard is empty", rows=False),
]


def main() -> int:
    parser = argparse.ArgumentParser(description="What becomes of a job on two hosts when one of them fails.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="faults to try, by a part of their names (default: all)"
    )
    parser.add_argument("--algorithm", default="xgboost", help="one that boosts trees (default xgboost)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="publish nothing, write there")
    chosen = parser.parse_args()
    image = f"byoc-faults-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder:
        project = Bakery(export(Path(folder) / "template"), Path(folder))(algorithm=chosen.algorithm)
        subprocess.run([project / "deploy/build.sh", image], check=True)
        kit = kit_of(project, image)
        wanted = [f for f in FAULTS if not chosen.names or any(name in f.name for name in chosen.names)]
        try:
            rows = [row(fault, *tried(fault, kit)) for fault in wanted]
        finally:
            kit.target.close()
            docker("image", "rm", "--force", image)
    head = ["| fault | settings | algo-1 | algo-2 | seconds | what the failure files begin with |"]
    table = "\n".join([*head, "|---|---|---|---|---:|---|", *rows])
    readme.publish(table, chosen.output, HERE / "README.md", BEGIN)
    return 0


def kit_of(project: Path, image: str) -> SimpleNamespace:
    """The parts of the project's conformance kit that start containers as SageMaker would."""
    sys.path.insert(0, str(project))
    names = ("checks.training.cluster", "ml_folder", "targets.target_image")
    parts = {name.rpartition(".")[2]: importlib.import_module(f"byoc.tools.contract.{name}") for name in names}
    folder = Path(tempfile.mkdtemp(dir=project.parent))
    target = parts["target_image"].Image(image, {})
    return SimpleNamespace(**parts, folder=folder, target=target, test_dir=project / "local_test/test_dir")


def tried(fault: Fault, kit: SimpleNamespace) -> tuple[dict, float]:
    """The hosts' exit codes and failures, and the seconds from the fault, or from the first start, to the last end."""
    print(f"{fault.name} …", flush=True)
    hosts, folders = {}, {}
    with kit.cluster.network() as network, ExitStack() as stack:
        began = time.monotonic()
        for number, name in enumerate(HOSTS[: 1 if fault.late is None else 2]):
            time.sleep(fault.late * number if number else 0)
            ml = folders[name] = kit.ml_folder.MlFolder(kit.folder / uuid.uuid4().hex, kit.test_dir)
            ml.write("resourceconfig.json", kit.ml_folder.resources(HOSTS, number))
            ml.write("hyperparameters.json", HYPERPARAMETERS)
            if not fault.rows:
                ml.write("inputdataconfig.json", {"training": {"S3DistributionType": "ShardedByS3Key"}})
            for file in ml.files() if number and not fault.rows else ():
                file.unlink()
            options = ("--network", network, "--network-alias", name, "--hostname", name)
            how = {"folder": ml.path, "environment": fault.settings, "options": options}
            hosts[name] = stack.enter_context(kit.target.start("train", **how))
        if fault.act:
            wait_for(hosts[fault.victim], fault.moment)
            began = time.monotonic()
            fault.act(hosts, fault.victim, network)
        codes = {name: host.wait(LIMIT) for name, host in hosts.items()}
        seconds = time.monotonic() - began
    return {name: (code, reason(folders[name])) for name, code in codes.items()}, seconds


def wait_for(host, moment: str) -> None:
    while not any(text.startswith(moment) for _, text in list(host.lines)):
        assert host.running, f"it ended before it printed {moment!r}: {host.output}"
        time.sleep(0.05)


def reason(ml) -> str:
    return ml.failure.read_text("utf-8").splitlines()[0] if ml.failure.exists() else ""


def row(fault: Fault, ends: dict[str, tuple[int, str]], seconds: float) -> str:
    settings = " ".join(f"`{name}={value}`" for name, value in fault.settings.items())
    codes = [f"exit code {ends[name][0]}" if name in ends else "–" for name in HOSTS]
    told = dict.fromkeys(text.removeprefix("Exception during training: ") for _, text in ends.values() if text)
    return f"| {fault.name} | {settings} | {' | '.join(codes)} | {seconds:.0f} | {'<br>'.join(told)} |"


def docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    sys.exit(main())
