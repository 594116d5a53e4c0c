"""Generated projects of each tabular algorithm, with their environments, and what to run in them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import environments

TEMPLATE = Path(__file__).resolve().parents[2]
TABULAR = ["decision-tree", "random-forest", "xgboost", "lightgbm", "pytorch", "keras"]
LIMIT = 1800  # seconds, for a training or an environment


def project(algorithm: str, folder: Path) -> Path:
    """The algorithm's project in that folder: generated anew, but what is installed there stays."""
    target = folder / algorithm
    answers = (f"algorithm={algorithm}", f"project_slug={algorithm}")
    options = ("--no-input", "--overwrite-if-exists", "--output-dir", folder)
    run(sys.executable, "-m", "cookiecutter", TEMPLATE, *options, *answers)
    if not (target / ".venv/tools").exists():
        environments.make(target)
    return target


def python(project: Path) -> Path:
    return project / ".venv/bin/python"


def lay_out(ml: Path, data: bytes, hyperparameters: str = "{}") -> None:
    """Make `ml` what SageMaker makes /opt/ml: a training channel of one CSV file, and hyperparameters (JSON)."""
    (ml / "input/config").mkdir(parents=True, exist_ok=True)
    (ml / "input/data/training").mkdir(parents=True, exist_ok=True)
    (ml / "input/config/hyperparameters.json").write_text(hyperparameters, "utf-8")
    (ml / "input/config/inputdataconfig.json").write_text('{"training": {"ContentType": "text/csv"}}', "utf-8")
    (ml / "input/data/training/data.csv").write_bytes(data)


def first_line(file: Path, longest: int = 240) -> str:
    """What a failure file says first, without what SageMaker's own containers put before it."""
    line = file.read_text("utf-8", errors="replace").partition("\n")[0].removeprefix("Exception during training: ")
    line = re.sub(r"/\S*/(?=input/data)", "", line)  # a temporary folder
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def run(*command: object, **settings: str) -> subprocess.CompletedProcess:
    """Raises CalledProcessError if it fails."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": "", **settings}
    limits = {"check": True, "capture_output": True, "text": True, "timeout": LIMIT}
    return subprocess.run([str(part) for part in command], env=environment, **limits)
