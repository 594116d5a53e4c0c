"""What data that nobody meant costs, against clean data of the same size. `make bench-careless` runs it.

    PYTHONPATH=tests/support:benchmarks benchmarks/data/careless.py [--projects DIR] [--output FILE] [NAME …]

Trains each tabular algorithm, by its project's own `train`, on a clean file and on careless ones of as many bytes: many
labels, many columns, long texts. Sends its predictor a clean request and careless ones. Of each it takes what the
operating system says of the process: CPU seconds and the largest memory. Both files of a pair are tried in one run.
Projects are generated, each with an environment that uv makes from its lock files; --projects keeps them in a folder,
for the next time. The table goes to the README beside this folder; with --output, to FILE alone.
"""

import argparse
import csv
import io
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import generated

import readme

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
BEGIN = "<!-- What `make bench-careless` has measured; it writes this part. -->\n"
SIZE = 3_000_000  # bytes of a file, and of a request
MOST_MEMORY = 6_000_000_000  # bytes
MOST_SECONDS = 300  # of CPU time
MOST = 2  # times what a clean one costs
MEGABYTE = 1_000_000
COLUMNS = 10
SERVED = ("decision-tree", "random-forest")  # whose models take numbers, and columns of their own kinds, as all others'


class Cost(NamedTuple):
    """CPU seconds, the largest memory in megabytes, and what the process said if it refused."""

    seconds: float
    memory: float
    refusal: str = ""


def main() -> int:
    arguments = parse_arguments()
    lines = []
    with tempfile.TemporaryDirectory(prefix="byoc-careless-") as folder:
        for name in arguments.names:
            project = generated.project(name, arguments.projects or Path(folder))
            lines += rows(name, project, TRAINED, trained)
            lines += rows(name, project, ASKED, asked) if name in SERVED else []
    table = "\n".join([HEAD, *lines])
    readme.publish(table, arguments.output, README, BEGIN)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what careless data costs, against clean data of its size.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="algorithms (default: all tabular ones)")
    parser.add_argument("--projects", type=Path, metavar="DIR", help="where generated projects are kept")
    parser.add_argument("--output", type=Path, metavar="FILE", help="publish nothing, write there")
    arguments = parser.parse_args()
    arguments.names = arguments.names or generated.TABULAR
    return arguments


def numbers(columns: int, label: Callable[[float], str]) -> Iterator[list[str]]:
    """Rows of a label and so many numbers from 0 to 1, of which the first tells the label."""
    chance = random.Random(0)
    while True:
        first, *others = (chance.random() for _ in range(columns))
        yield [label(first), f"{first:.5f}", *(f"{other:.3f}" for other in others)]


def as_csv(rows: Iterator[list[str]], size: int = SIZE) -> bytes:
    """As many of the rows as have so many bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        if text.tell() >= size:
            break
        writer.writerow(row)
    return text.getvalue().encode()


def few(first: float) -> str:
    return f"label {int(first * 3):05}"


def long_text(first: float) -> str:
    return chr(97 + int(first * 26)) * MEGABYTE


def clean() -> bytes:
    return as_csv(numbers(COLUMNS, few))


def with_first(text: str) -> bytes:
    """Clean rows, but for one text of a megabyte in the first row."""
    rows = numbers(COLUMNS, few)
    return as_csv(itertools.chain([[*next(rows)[:-1], text]], rows))


TRAINED = {
    "3,000 labels": lambda: as_csv(numbers(COLUMNS, lambda first: f"label {int(first * 3000):05}")),
    "a label for every row": lambda: as_csv(numbers(COLUMNS, lambda first: f"label {first}")),
    "whole numbers as labels": lambda: as_csv(numbers(COLUMNS, lambda first: f"{int(first * 1e9)}")),
    "10,000 columns": lambda: as_csv(numbers(10_000, few)),
    "labels of 1 MB": lambda: as_csv(numbers(COLUMNS, long_text)),
    "a cell of 1 MB": lambda: with_first(long_text(0)),
    "a column of texts of 1 MB": lambda: as_csv([few(n % 3 / 3), long_text(n % 26 / 26), "0.5"] for n in range(SIZE)),
    "a header of 1 MB": lambda: b"x" * MEGABYTE + b"".join(b",c%d" % n for n in range(COLUMNS)) + b"\n" + clean(),
    "one quote, never closed": lambda: b'"' + clean(),
    "one line": lambda: b"0.5," * (SIZE // 4) + b"0.5\n",
}


def asked_rows() -> list[list[float]]:
    chance = random.Random(0)
    count = SIZE // (COLUMNS * 6)
    return [[round(chance.random(), 3) for _ in range(COLUMNS)] for _ in range(count)]


ASKED = {
    "JSON, deep": lambda: (b"[" * (SIZE // 2) + b"]" * (SIZE // 2), "application/json"),
    "JSON, deep objects": lambda: (b'{"instances":' * (SIZE // 14) + b"1" + b"}" * (SIZE // 14), "application/json"),
    "JSON, rows of one key": lambda: (b'{"instances":[' + b"{}," * (SIZE // 3) + b"{}]}", "application/json"),
    "CSV, 10,000 columns": lambda: (
        as_csv([f"{n % 1000 / 1000:.3f}" for n in range(10_000)] for _ in range(SIZE)),
        "text/csv",
    ),
    "CSV, a cell of 1 MB": lambda: (as_csv([long_text(0)] * COLUMNS for _ in range(SIZE)), "text/csv"),
    "CSV, empty lines": lambda: (b"\n" * SIZE, "text/csv"),
    "CSV, a quote never closed": lambda: (b'"' + clean_request()[0], "text/csv"),
}
HEAD = (
    "| algorithm | data | seconds, clean | careless | ratio | MB, clean | careless | ratio | what it says |\n"
    "|---|---|---:|---:|---:|---:|---:|---:|---|"
)


def clean_request() -> tuple[bytes, str]:
    return as_csv([str(value) for value in row] for row in asked_rows()), "text/csv"


def clean_json() -> tuple[bytes, str]:
    return json.dumps({"instances": asked_rows()}).encode(), "application/json"


CLEAN = {"file": clean, "text/csv": clean_request, "application/json": clean_json}


def rows(name: str, project: Path, kinds: dict[str, Callable], cost: Callable) -> Iterator[str]:
    """A line for each kind of careless data."""
    usual: dict[object, Cost] = {}
    for kind, make in kinds.items():
        data = make()
        like = data[1] if isinstance(data, tuple) else "file"
        if like not in usual:
            usual[like] = cost(
                project, {"file": clean, "text/csv": clean_request, "application/json": clean_json}[like]()
            )
            if usual[like].refusal:
                raise SystemExit(f"{name} refuses clean data: {usual[like].refusal}")
        found, base = cost(project, data), usual[like]
        ratios = found.seconds / base.seconds, found.memory / base.memory
        marked = [f"**{ratio:.2f}**" if ratio > MOST else f"{ratio:.2f}" for ratio in ratios]
        seconds = f"{base.seconds:.1f} | {found.seconds:.1f} | {marked[0]}"
        memory = f"{base.memory:.0f} | {found.memory:.0f} | {marked[1]}"
        said = found.refusal.replace("|", "\\|")
        line = f"| {name} | {kind} | {seconds} | {memory} | {said} |"
        print(line, file=sys.stderr, flush=True)
        yield line


def trained(project: Path, data: bytes) -> Cost:
    """What the project's `train` costs on that file."""
    with tempfile.TemporaryDirectory(prefix="byoc-careless-") as folder:
        ml = Path(folder)
        generated.lay_out(ml, data)
        cost = measured([generated.python(project), project / "program/train"], SAGEMAKER_BASE_DIR=str(ml))
        failure = ml / "output/failure"
        if failure.exists():
            return cost._replace(refusal=generated.first_line(failure))
        return cost


def asked(project: Path, request: tuple[bytes, str]) -> Cost:
    """What an answer to that request costs, of a model of COLUMNS numbers: that is trained once."""
    model = project / "careless-model"
    if not model.exists():
        generated.lay_out(model, as_csv(itertools.islice(numbers(COLUMNS, few), 3000)))
        generated.run(generated.python(project), project / "program/train", SAGEMAKER_BASE_DIR=str(model))
    with tempfile.TemporaryDirectory(prefix="byoc-careless-") as folder:
        body, said = Path(folder) / "body", Path(folder) / "said"
        body.write_bytes(request[0])
        command = [generated.python(project), HERE / "ask.py", project, model / "model", body, request[1], said]
        return measured(command)._replace(refusal=generated.first_line(said) if said.exists() else "")


def measured(command: list[object], **settings: str) -> Cost:
    """What a process and those that it started cost, which it waited for; SystemExit if it is killed."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "", **settings}
    process = subprocess.Popen(
        [str(part) for part in command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=_bounded,
    )
    errors = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    killed = "" if process.returncode in (0, 1) else f"exit code {process.returncode}"
    if process.returncode == 1 and b"Traceback" in errors and b"InputError" not in errors:
        killed = errors.decode(errors="replace").strip().splitlines()[-1]
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MEGABYTE, killed)


def _bounded() -> None:
    """So that what should be refused ends by itself, and not the machine; on one CPU: threads that wait count, too."""
    os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
