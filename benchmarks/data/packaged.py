"""Data sets as packages ship them, with every tabular algorithm. `make bench-packaged` runs it.

    PYTHONPATH=tests/support:benchmarks benchmarks/data/packaged.py [--projects DIR] [--output FILE] [NAME …]

Trains each on the file that pandas' to_csv writes, told only which column is the target. If that is refused, does what
the refusal says: sets the hyperparameter that it writes, or else what SECOND has for such words. Then asks for the
answers to all rows as they are served, and compares their accuracy, or rmse, with what the framework itself printed
of them while it trained. The table goes to the README beside this folder; with --output, to FILE alone.
"""

import argparse
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import generated

import environments
import readme

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
BEGIN = "<!-- What `make bench-packaged` has measured; it writes this part. -->\n"
HEAD = "| algorithm | data set, target | attempts | what it was told after the refusal | metric | framework | served |"
TARGETS = {
    "iris": "target",
    "wine": "target",
    "breast_cancer": "target",
    "digits": "target",
    "diabetes": "target",
    "tips": "tip",
    "titanic": "survived",
    "survey": "Smoke",
    "Cars93": "Type",
    "penguins_raw": "Species",
    "cars": "Origin",
    "fair": "affairs",
    "diamonds": "cut",
}
FEW_EPOCHS = {"epochs": "5"}  # a network need not be good to answer as its framework does
MOST_ATTEMPTS = 4
ALIKE = 1e-4  # of a metric, relative


def main() -> int:
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="byoc-packaged-") as temporary:
        folder = Path(temporary)
        ship(folder)
        lines = [HEAD, "|---|---|---:|---|---|---:|---:|"]
        for name in arguments.names:
            project = generated.project(name, arguments.projects or folder)
            lines += [tried(name, project, data, folder) for data in TARGETS]
    readme.publish("\n".join(lines), arguments.output, README, BEGIN)
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train on data sets as packages ship them.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="algorithms (default: all tabular ones)")
    parser.add_argument("--projects", type=Path, metavar="DIR", help="where generated projects are kept")
    parser.add_argument("--output", type=Path, metavar="FILE", help="publish nothing, write there")
    arguments = parser.parse_args()
    arguments.names = arguments.names or generated.TABULAR
    return arguments


def ship(folder: Path) -> None:
    """NAME.csv of each data set."""
    environment = folder / "shipping"
    environments.create(environment)
    python, pinned = environment / "bin/python", HERE / "requirements.txt"
    generated.run(environments.UV, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", pinned)
    generated.run(python, HERE / "shipped.py", folder)


def tried(algorithm: str, project: Path, name: str, folder: Path) -> str:
    """A line of the table: how often it was tried, what was told it, and whether the answers are the framework's."""
    rows = list(csv.reader(io.StringIO((folder / f"{name}.csv").read_text("utf-8"), newline="")))
    told: dict[str, str] = {"target": TARGETS[name]}
    told |= FEW_EPOCHS if "epochs" in described(project) else {}
    given: list[str] = []
    for _ in range(MOST_ATTEMPTS):
        with tempfile.TemporaryDirectory(prefix="byoc-packaged-") as temporary:
            ml = Path(temporary)
            generated.lay_out(ml, as_csv(rows), json.dumps(told))
            refusal, printed = trained(project, ml)
            if not refusal:
                metric, theirs, ours = compared(project, ml, rows, TARGETS[name], printed)
                alike = abs(theirs - ours) <= ALIKE * max(abs(theirs), 1e-9)
                figures = f"{metric} | {theirs:.6f} | {ours:.6f}{'' if alike else ' **differs**'}"
                break
        print(f"{algorithm} {name}: {refusal}", file=sys.stderr, flush=True)
        rows, more, what = way_out(refusal, rows, told)
        if not what:
            figures = f"refused: {refusal} | | "
            break
        told |= more
        given.append(what)
    else:
        figures = f"refused: {refusal} | | "
    attempts = len(given) + 1
    line = f"| {algorithm} | {name}, {TARGETS[name]} | {attempts} | {'<br>'.join(given)} | {figures} |"
    print(line, file=sys.stderr, flush=True)
    return line


def way_out(refusal: str, rows: list[list[str]], told: dict[str, str]) -> tuple[list[list[str]], dict[str, str], str]:
    """The rows and hyperparameters as the refusal says they should be, and what that is; nothing if it says nothing."""
    if found := re.search(r"\b(ignore|categories) (?:=|to) (\[.*?\]|\"[^\"]*\"|\d+)", refusal):
        return rows, {found[1]: found[2]}, f"`{found[0]}`"
    if found := re.search(r"(?:choose|set) (\w+) = ([\w:]+)", refusal):
        return rows, {found[1]: found[2]}, f"`{found[1]} = {found[2]}`"
    if found := re.search(r"hyperparameter (\w+) = 'auto' .*: choose ([\w:]+) to learn numbers", refusal):
        return rows, {found[1]: found[2]}, f"`{found[1]} = {found[2]}`"
    if found := re.search(r"choose an objective for numbers \(([\w:]+)", refusal):
        return rows, {"objective": found[1]}, f"`objective = {found[1]}`"
    for words, mended, what in SECOND:
        if words in refusal:
            return mended(rows, told), {}, what
    return rows, {}, ""


def without_gaps(rows: list[list[str]], told: dict[str, str]) -> list[list[str]]:
    """The rows that have a value in every column that is not ignored."""
    ignored = json.loads(told.get("ignore", "[]"))
    ignored = ignored if isinstance(ignored, list) else [ignored]
    left = [place for place, name in enumerate(rows[0]) if place + 1 not in ignored and name not in ignored]
    return [row for row in rows if all(row[place] for place in left)]


def with_labels(rows: list[list[str]], told: dict[str, str]) -> list[list[str]]:
    place = rows[0].index(told["target"])
    return [row for row in rows if row[place]]


SECOND: list[tuple[str, Callable, str]] = [
    ("leave such rows out", without_gaps, "the rows with an empty cell left out (`dropna`)"),
    ("the label is missing", with_labels, "the rows without a label left out"),
]


def described(project: Path) -> str:
    return (project / "docs/hyperparameters.md").read_text("utf-8")


def trained(project: Path, ml: Path) -> tuple[str, str]:
    """What `train` says if it refuses, and what it prints."""
    try:
        return "", generated.run(
            generated.python(project), project / "program/train", SAGEMAKER_BASE_DIR=str(ml)
        ).stdout
    except subprocess.CalledProcessError as error:
        failure = ml / "output/failure"
        return (generated.first_line(failure, 2000) if failure.exists() else error.stderr[-500:]), error.stdout


def compared(project: Path, ml: Path, rows: list[list[str]], target: str, printed: str) -> tuple[str, float, float]:
    """The metric of the training rows, as the framework printed it, and as the answers come to that are served."""
    signature = json.loads((ml / "model/signature.json").read_text("utf-8"))
    names = [feature["name"] for feature in signature["features"]]
    places = [rows[0].index(name) for name in names]
    body, answered = ml / "body.csv", ml / "answers.csv"
    body.write_bytes(as_csv([row[place] for place in places] for row in rows[1:]))
    command = [
        generated.python(project),
        HERE / "ask.py",
        project,
        ml / "model",
        body,
        "text/csv",
        ml / "refusal",
        answered,
    ]
    generated.run(*command)
    if (ml / "refusal").exists():
        raise SystemExit(f"{project.name} refuses the rows that it was trained on: {(ml / 'refusal').read_text()}")
    answers = [row[0] for row in csv.reader(io.StringIO(answered.read_text("utf-8"), newline=""))]
    actual = [row[rows[0].index(target)] for row in rows[1:]]
    metrics = dict(re.findall(r"^train:(\w+)=(\S+)$", printed, re.MULTILINE))
    if signature.get("labels"):
        right = sum(_same(one, other) for one, other in zip(actual, answers, strict=True))
        return "accuracy", float(metrics["accuracy"]), right / len(actual)
    squares = [(float(one) - float(other)) ** 2 for one, other in zip(actual, answers, strict=True)]
    return "rmse", float(metrics["rmse"]), (sum(squares) / len(squares)) ** 0.5


def _same(one: str, other: str) -> bool:
    """Texts, or numbers: pandas writes a column of whole numbers with a gap as 1.0."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


def as_csv(rows: Iterator[list[str]] | list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
