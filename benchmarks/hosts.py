"""What a second host is good for: data that one has no memory for, and less time. `make bench-hosts` runs it.

    PYTHONPATH=tests/support benchmarks/hosts.py [--algorithm xgboost] [--rows 2000000] [--memory 1g] [--output FILE]
                                                 [LIMIT …]

Trains on rows made by chance, sharded by file, with local_test/train_cluster.sh: on one host and on two, under a limit
of memory for each, and with one CPU for each. The table goes to the README beside it; with --output, only there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import readme
from bakery import Bakery
from template import export

HERE = Path(__file__).resolve().parent
BEGIN = "<!-- What `make bench-hosts` has measured; it writes this part. -->\n"
FILES, COLUMNS = 8, 20
PHASES = {"reading": "training on", "rounds": "the model is that of"}  # each ends with a line that begins so
LIMIT = 1800  # seconds for a job


@dataclass
class Job:
    """How it ended, and the seconds from its start to the end of each phase of PHASES and to its own."""

    code: int
    failure: str
    seconds: dict[str, float]
    total: float


def main() -> int:
    parser = argparse.ArgumentParser(description="What a second host is good for.")
    parser.add_argument("limits", nargs="*", metavar="LIMIT", help="memory, time (default: both)")
    parser.add_argument("--algorithm", default="xgboost", help="one that spreads (default xgboost)")
    parser.add_argument("--rows", type=int, default=2_000_000, help="(default 2,000,000)")
    parser.add_argument("--memory", default="1g", help="for each host, where memory is what is lacking (default 1g)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="publish nothing, write there")
    chosen = parser.parse_args()
    image = f"byoc-hosts-{uuid.uuid4().hex[:8]}"
    limits = {
        "memory": (f"{chosen.memory} of memory", f"--memory {chosen.memory} --memory-swap {chosen.memory}"),
        "time": ("1 CPU", "--cpus 1"),
    }
    with tempfile.TemporaryDirectory() as folder:
        project = Bakery(export(Path(folder) / "template"), Path(folder))(algorithm=chosen.algorithm)
        subprocess.run([project / "deploy/build.sh", image], check=True)
        test_dir = filled(Path(folder) / "test_dir", chosen.rows)
        try:
            rows = [
                row(hosts, limit, trained(project, image, test_dir, hosts, options))
                for limit, options in (limits[name] for name in chosen.limits or limits)
                for hosts in (1, 2)
            ]
        finally:
            subprocess.run(["docker", "image", "rm", "--force", image], stdout=subprocess.DEVNULL, check=True)
    table = "\n".join(
        [
            f"{chosen.algorithm}, {chosen.rows:,} rows of {COLUMNS} numbers in {FILES} files:\n",
            "| hosts | each with | outcome | seconds | until all is read | in rounds | report and saving |",
            "|---:|---|---|---:|---:|---:|---:|",
            *rows,
        ]
    )
    readme.publish(table, chosen.output, HERE / "README.md", BEGIN)
    return 0


def filled(test_dir: Path, rows: int) -> Path:
    """A folder laid out like /opt/ml whose label is a sum of the columns, with noise."""
    training = test_dir / "input/data/training"
    (test_dir / "input/config").mkdir(parents=True)
    training.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(FILES):
        values = random.normal(size=(rows // FILES, COLUMNS)).astype(np.float32)
        labels = values.sum(axis=1) + random.normal(size=len(values)) > 0
        lines = np.column_stack([labels, values])
        np.savetxt(training / f"part-{number}.csv", lines, fmt=["%d", *["%.4f"] * COLUMNS], delimiter=",")
    declared = {"training": {"TrainingInputMode": "File", "S3DistributionType": "ShardedByS3Key"}}
    for name, content in {"hyperparameters": {}, "inputdataconfig": declared}.items():
        (test_dir / f"input/config/{name}.json").write_text(json.dumps(content), "utf-8")
    return test_dir


def trained(project: Path, image: str, test_dir: Path, hosts: int, options: str) -> Job:
    print(f"{hosts} hosts, {options} …", flush=True)
    environment = os.environ | {"TEST_DIR": str(test_dir), "DOCKER_OPTIONS": options}
    command = [project / "local_test/train_cluster.sh", image, str(hosts)]
    began, seconds = time.monotonic(), {}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            for phase, beginning in PHASES.items():
                if line.startswith(f"algo-1 | {beginning}"):
                    seconds[phase] = time.monotonic() - began
        process.wait(LIMIT)
    failure = test_dir / "output/failure"
    reason = failure.read_text("utf-8").splitlines()[0] if failure.exists() else ""
    return Job(process.returncode, reason, seconds, time.monotonic() - began)


def row(hosts: int, limit: str, job: Job) -> str:
    if job.code:
        return f"| {hosts} | {limit} | exit code {job.code}: {job.failure} | {job.total:.0f} | | | |"
    read, rounds = (job.seconds[phase] for phase in PHASES)
    phases = (read, rounds - read, job.total - rounds)
    return f"| {hosts} | {limit} | a model | {job.total:.0f} | {' | '.join(f'{each:.0f}' for each in phases)} |"


if __name__ == "__main__":
    sys.exit(main())
