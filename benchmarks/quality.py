"""Whether several hosts come to what one comes to, by every engine. `make bench-quality` runs it.

    PYTHONPATH=tests/support benchmarks/quality.py [--output FILE] [NAME …]

For each algorithm that spreads: generates a project, makes its environment with uv from its lock files, and trains on
its example with local_test/train_cluster.sh, on one host, two and four, which are processes of this machine. Sets the
metrics that they tell side by side. The table goes to the README beside it; with --output, only there.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import environments
import readme
from bakery import Bakery
from template import ROOT, Template, export

HERE = Path(__file__).resolve().parent
BEGIN = "<!-- What `make bench-quality` has measured; it writes this part. -->\n"
HOSTS = (1, 2, 4)
METRIC = re.compile(r"^\S+ \| ((?:train|validation):\S+)=(\S+)$", re.MULTILINE)
LIMIT = 600  # seconds for a job


def main() -> int:
    spreading = Template(ROOT).spreading()
    parser = argparse.ArgumentParser(description="Whether several hosts come to what one comes to.")
    parser.add_argument("names", nargs="*", choices=[[], *spreading], metavar="NAME", help="algorithms (default: all)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="publish nothing, write there")
    chosen = parser.parse_args()
    lines = [f"| algorithm | | {' | '.join(map(str, HOSTS))} |", f"|---|---|{'---:|' * len(HOSTS)}"]
    with tempfile.TemporaryDirectory() as folder:
        bake = Bakery(export(Path(folder) / "template"), Path(folder))
        for name in chosen.names or spreading:
            lines += rows(name, bake(algorithm=name))
    readme.publish("\n".join(lines), chosen.output, HERE / "README.md", BEGIN)
    return 0


def rows(algorithm: str, project: Path) -> list[str]:
    """A line for each metric."""
    environments.make(project)
    found = []
    for count in HOSTS:
        print(f"{algorithm} on {count} …", flush=True)
        found.append(metrics(project, count))
    return [f"| {algorithm} | {name} | {' | '.join(each[name] for each in found)} |" for name in found[0]]


def metrics(project: Path, hosts: int) -> dict[str, str]:
    """What a job on so many hosts tells."""
    # One thread each, so that four hosts do not take each other's processors.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [project / "local_test/train_cluster.sh", str(hosts)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT)
    return dict(METRIC.findall(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
