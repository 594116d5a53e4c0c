"""Compare every algorithm with its framework's own plain script. `make bench-algorithms` runs it.

    PYTHONPATH=tests/support benchmarks/algorithms.py [--python NAME=PATH …] [--rounds 31] [--output DIR] [NAME …]

For each algorithm that has a script in plain_scripts/: generates a project and trains it by its own `train`. Sets what
the model answers, as it is served, about rows that were held out against what the plain script says of them, and the
time that a prediction of one row takes against the framework's own. The rows held out are those of the channel
`validation`, or every fourth. Each project runs on the Python named, or in an environment that uv makes from its lock
files. The figures go to algorithms.json and the README beside it; with --output, only to DIR/algorithms.json.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import held_out

import environments
import readme

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent
PLAIN = "plain_scripts"
RESULTS = "algorithms.json"
BEGIN = "<!-- What `make bench-algorithms` has measured; it writes this part. -->\n"
LIMIT = 1800  # seconds, for an environment, a training or a comparison


def main() -> int:
    arguments = parse_arguments()
    try:
        figures = {name: measured(name, arguments.python.get(name), arguments.rounds) for name in arguments.names}
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"algorithms.py: {error}\n{error.stderr or ''}", file=sys.stderr)
        return 1
    target = arguments.output / RESULTS
    known = json.loads(target.read_text("utf-8")) if target.exists() else {}
    results = {name: (known | figures)[name] for name in compared() if name in known | figures}
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"{json.dumps(results, indent=2)}\n", "utf-8")
    if arguments.output == HERE:
        publish()
    print(markdown(results))
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare every algorithm with its framework's own plain script.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="algorithms to measure (default: all)")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PATH", help="where an algorithm runs")
    parser.add_argument("--rounds", type=int, default=31, help="times that one row is predicted by either (default 31)")
    parser.add_argument("--output", type=Path, default=HERE, metavar="DIR", help="publish nothing, write there")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(compared())
    if unknown:
        parser.error(f"{min(unknown)} has no script in {PLAIN}/; those that do: {', '.join(compared())}")
    arguments.names = arguments.names or compared()
    arguments.python = dict(pair.split("=", 1) for pair in arguments.python)
    return arguments


def compared() -> list[str]:
    """The algorithms that have a plain script, in the order in which the template offers them."""
    choices = json.loads((TEMPLATE / "cookiecutter.json").read_text("utf-8"))["algorithm"]
    return [name for name in choices if plain_script(name).exists()]


def plain_script(name: str) -> Path:
    return HERE / PLAIN / f"{name}.py"


def measured(name: str, python: str | None, rounds: int) -> dict:
    """The figures of one algorithm."""
    with tempfile.TemporaryDirectory(prefix="byoc-algorithm-") as temporary:
        folder = Path(temporary)
        tell(f"{name}: generating a project")
        answers = (f"algorithm={name}", "project_slug=project")
        run(sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--output-dir", folder, *answers)
        project, ml = folder / "project", folder / "ml"
        if not python:
            tell(f"{name}: installing its packages")
            environments.make(project)
        python = python or project / ".venv/bin/python"
        shutil.copytree(project / "local_test/test_dir/input", ml / "input")
        training, kept = held_out.split(ml / "input/data", folder)
        tell(f"{name}: training")
        run(python, project / "program/train", SAGEMAKER_BASE_DIR=str(ml))
        tell(f"{name}: comparing")
        given = project, ml / "model", training, kept, plain_script(name)
        found = run(python, HERE / "one_algorithm.py", *given, rounds)
        return {"when": f"{datetime.now(UTC):%Y-%m-%d}", "rounds": rounds, **json.loads(found.splitlines()[-1])}


def publish() -> None:
    """Fill the README's part with what is in algorithms.json."""
    readme.fill(HERE / "README.md", BEGIN, markdown(json.loads((HERE / RESULTS).read_text("utf-8"))))


def markdown(results: dict) -> str:
    """A line for each algorithm."""
    heads = ("algorithm", "rows, held out", "", "project", "plain script", "one row: project", "plain", "ratio", "on")
    lines = [f"| {' | '.join(heads)} |", "|---|---:|---|---:|---:|---:|---:|---:|---|"]
    for name, found in results.items():
        scores = [f"{found[key]:.4f}" for key in ("project", "plain")]
        times = [f"{found[key]:.0f} µs" for key in ("project_us", "plain_us")]
        rows = f"{found['rows']}, {found['held_out']}"
        cells = [name, rows, found["metric"], *scores, *times, f"{found['ratio']:.3g}", found["when"]]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def run(*command: object, **settings: str) -> str:
    """What the command prints; raises CalledProcessError if it fails."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "", **settings}
    limits = {"check": True, "capture_output": True, "text": True, "timeout": LIMIT}
    return subprocess.run([str(part) for part in command], env=environment, **limits).stdout


def tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
