"""Compare every server stack with the classic container, and write down what each costs. `make bench` runs it.

    scripts/bench.sh [--rounds 5] [--seconds 5] [--output DIR]

Builds an image for every server stack in cookiecutter.json and the classic one (see classic/README.md), lets each train
on the same data, and measures them in turn with the generated project's own benchmark. The figures go to results.json,
and from there to results.svg and the root's README (see publish.py); with --output, only to DIR/results.json. Needs
Docker on Linux and wrk, and port 8080 free, the only one that the classic container knows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import contestants
import publish

from byoc.tools.benchmark import figures, load, report, rounds
from byoc.tools.benchmark.console import positive, progress, stop_at_signals
from byoc.tools.benchmark.outcome import BenchmarkError


def main() -> int:
    arguments = parse_arguments()
    stop_at_signals()
    try:
        results = compare(arguments)
    except (BenchmarkError, subprocess.TimeoutExpired) as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(report.table(results), "", *report.remarks(results), sep="\n")
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / publish.RESULTS).write_text(f"{json.dumps(results, indent=2)}\n", "utf-8")
    if arguments.output == publish.HERE:
        publish.publish()
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare every server stack with the classic container.")
    parser.add_argument("--rounds", type=positive, default=5, help="times that everything is measured (default 5)")
    parser.add_argument("--seconds", type=positive, default=5, help="of load at a time (default 5)")
    parser.add_argument("--output", type=Path, default=publish.HERE, metavar="DIR", help="publish nothing, write there")
    return parser.parse_args()


def compare(arguments: argparse.Namespace) -> dict:
    load.require()
    with tempfile.TemporaryDirectory(prefix="byoc-compare-") as folder:
        images, sample = contestants.prepare(Path(folder), progress)
        measured = rounds.run(images, sample, arguments.rounds, arguments.seconds, progress)
    return figures.results(measured, arguments.rounds, arguments.seconds, sample)


if __name__ == "__main__":
    sys.exit(main())
