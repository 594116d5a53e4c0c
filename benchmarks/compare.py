"""Compare container images with the classic one, which this program builds itself (see classic/README.md).

    python benchmarks/compare.py IMAGE [IMAGE…] [--rounds 5] [--seconds 5] [--output DIR]

Every image trains on the same small /opt/ml. Then the images are served in turn, round by round, and the table on
stdout shows medians, spreads and ratios to the classic image. "Engine overhead" is what `docker run` of a command that
does nothing takes; it is part of every start, and nothing is subtracted. Needs Docker and wrk, and port 8080 free.
"""

import argparse
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import engine
import report
import serving
import training
from engine import BenchmarkError

HERE = Path(__file__).resolve().parent
CLASSIC = "byoc-classic"
TEST_DIR = HERE.parent / "{{cookiecutter.project_slug}}/options/algorithm/decision-tree/local_test/test_dir"


def main() -> None:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as an exception, so that containers are removed
    try:
        compare(arguments)
    except (BenchmarkError, subprocess.TimeoutExpired) as error:
        sys.exit(f"compare.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare container images with the classic one.")
    parser.add_argument("images", metavar="IMAGE", nargs="+")
    parser.add_argument("--rounds", type=positive, default=5, help="times each image is started (default 5)")
    parser.add_argument("--seconds", type=positive, default=5, help="of load in each round (default 5)")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where to write compare.json with all figures")
    parser.add_argument("--test-dir", type=Path, default=TEST_DIR, help="a small /opt/ml to train on (default: iris)")
    return parser.parse_args()


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def compare(arguments: argparse.Namespace) -> None:
    engine.require_programs()
    rows = training.typical_rows(arguments.test_dir)
    progress(f"building {CLASSIC}")
    engine.build(CLASSIC, HERE / "classic")
    base = re.search(r"^FROM (\S+)", (HERE / "classic" / "Dockerfile").read_text(), re.MULTILINE)[1]
    images = list(dict.fromkeys([CLASSIC, *arguments.images]))
    measured = {image: {"size_mb": [size_above(base, image)]} for image in images}

    overhead, memory_methods = [], set()
    with tempfile.TemporaryDirectory(prefix="byoc-compare-") as folder:
        models = {image: Path(folder, str(number)) for number, image in enumerate(images)}
        for image, ml in models.items():
            progress(f"training {image}")
            training.train(image, base, arguments.test_dir, ml)
        for number in range(1, arguments.rounds + 1):
            overhead.append(engine.run(base, "true", options=("--network", "host")))
            for image, ml in models.items():
                values, memory_method = measure(image, ml / "model", rows, arguments.seconds)
                memory_methods.add(memory_method)
                for key, value in values.items():
                    measured[image].setdefault(key, []).append(value)
                progress(f"round {number}/{arguments.rounds}  {image}  {report.line(values)}")

    results = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "platform": platform.platform()},
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "connections": serving.CONNECTIONS,
        "memory_by": " and ".join(sorted(memory_methods)),
        "base": base,
        "image_ids": {image: engine.inspect(image)["Id"] for image in images},
        "figures": report.summaries(measured),
        "engine_overhead_s": report.summary(overhead),
    }
    print(report.table(results))
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "compare.json").write_text(json.dumps(results, indent=2) + "\n")


def measure(image: str, model: Path, rows: dict[str, str], seconds: int) -> tuple[dict[str, float], str]:
    """One round of one image: {figure key: value}, and how memory was measured."""
    with serving.serving(image, model) as (name, start):
        serving.check_answers(image, rows)
        rate = serving.requests_per_second(image, next(iter(rows.values())), seconds)
        memory, memory_method = serving.memory(image, name)
        return {"start_s": start, "memory_mb": memory / 1e6, "rate": rate}, memory_method


def size_above(base: str, image: str) -> float:
    """MB (10^6 bytes, uncompressed) that an image adds to its base."""
    facts, base_facts = engine.inspect(image), engine.inspect(base)
    layers, base_layers = facts["RootFS"]["Layers"], base_facts["RootFS"]["Layers"]
    if layers[: len(base_layers)] != base_layers:
        progress(f"{image} is not built on {base}: its size above the base is only the difference of the two sizes")
    return (facts["Size"] - base_facts["Size"]) / 1e6


def progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
