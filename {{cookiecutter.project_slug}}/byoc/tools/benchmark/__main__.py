"""Measure an image, or this project's programs in the virtual environment, with the model and payload at hand.

    python3 -m byoc.tools.benchmark IMAGE                   any image, by the Docker CLI, on Linux
    .venv/bin/python3 -m byoc.tools.benchmark                program/serve, without Docker
    python3 -m byoc.tools.benchmark IMAGE --payload dog.jpg --content-type image/jpeg --model my_model

Prints one-row requests/s and latency, a large body, start, memory and size, and the rate with an empty handler:
what is missing to it is the share of predicting. Needs wrk. Exit status: 0, or 1 if nothing could be measured.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from . import figures, picture, report, rounds
from .console import positive, progress, stop_at_signals
from .outcome import BenchmarkError
from .sample import Sample
from .targets.target_image import Image, default_base
from .targets.target_venv import Venv

PROJECT = Path(__file__).resolve().parents[3]
LOCAL_TEST = PROJECT / "local_test"


def main(words: list[str]) -> int:
    chosen = arguments(words)
    stop_at_signals()
    try:
        sample = Sample.read(chosen.payload, chosen.content_type)
        measured = rounds.run([target_of(chosen)], sample, chosen.rounds, chosen.seconds, progress)
    except (BenchmarkError, subprocess.TimeoutExpired) as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("benchmark: stopped; what was started is removed", file=sys.stderr)
        return 130
    results = figures.results(measured, chosen.rounds, chosen.seconds, sample)
    print(report.table(results), "", *report.remarks(results), sep="\n")
    chosen.report.mkdir(parents=True, exist_ok=True)
    (chosen.report / "benchmark.json").write_text(f"{json.dumps(results, indent=2)}\n", "utf-8")
    drawing = picture.svg(f"{results['targets'][0]} under load", picture.of_one(results["figures"]))
    (chosen.report / "benchmark.svg").write_text(drawing, "utf-8")
    print(f"More in {chosen.report}: benchmark.json, benchmark.svg")
    return 0


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m byoc.tools.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("image", nargs="?", help="an image that this machine has; without it, the programs in --programs are run")
    add("--programs", type=Path, default=PROJECT / "program", help="the folder with serve (program/)")
    add("--model", type=Path, default=LOCAL_TEST / "test_dir" / "model", help="the folder to serve as /opt/ml/model")
    add("--payload", type=Path, default=LOCAL_TEST / "payload.csv", help="the body of a request")
    add("--content-type", default="", help="its type; by default from the file's name")
    add("--base", default=default_base(), help=f"the image that it is built on ({default_base()})")
    add("--rounds", type=positive, default=3, help="times that everything is measured (3)")
    add("--seconds", type=positive, default=5, help="of load at a time (5)")
    add("--report", type=Path, default=Path("benchmark-report"), help="the folder for benchmark.json and .svg")
    return parser.parse_args(words)


def target_of(chosen: argparse.Namespace) -> Image | Venv:
    """Raises BenchmarkError if there is no model to serve."""
    if not chosen.model.is_dir() or not any(chosen.model.iterdir()):
        raise BenchmarkError(
            f"There is no model in {chosen.model}: train first (make train), or name one with --model (MODEL= of make)."
        )
    if chosen.image:
        return Image(chosen.image, chosen.model.resolve(), chosen.base)
    return Venv(chosen.programs, chosen.model)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
