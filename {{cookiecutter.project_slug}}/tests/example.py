"""The example in local_test/: a training job on it, and whether an answer is the one expected.

The tests take all that they need from there, so they hold for your data, too. With other columns, change payload.csv
and payload.json; with other answers, expected.csv: the tests that compare with it say how. If your handlers take
another content type than CSV, change PAYLOAD and CONTENT_TYPE.
"""

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import algorithm
from byoc.paths import Paths
from byoc.training import hyperparameters
from byoc.training.job import Job

PROJECT = Path(__file__).resolve().parents[1]
LOCAL_TEST = PROJECT / "local_test"
PAYLOAD, CONTENT_TYPE = LOCAL_TEST / "payload.csv", "text/csv"
SECONDS = 300  # that the example may take to train
LARGE = 20_000_000  # bytes of data, which the tests need not train on
SMALLER = "leave a sample of it there, and train on all by: TEST_DIR=~/another_test_dir make train"
OUTDATED = """the model answers local_test/payload.csv otherwise than local_test/expected.csv has it.
If the new answers are right, keep them: train and serve the model (see README.md), and then
local_test/predict.sh payload.csv >local_test/expected.csv
The new answers:
"""


def new_job(folder: Path, **hyperparameters: str) -> Paths:
    """An /opt/ml as a job finds it: the example's, with these hyperparameters in the place of its own."""
    paths = Paths(folder)
    shutil.copytree(LOCAL_TEST / "test_dir/input", folder / "input")
    for left in (paths.model, paths.output_data):
        left.mkdir(parents=True)
    file = paths.config / "hyperparameters.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | hyperparameters), "utf-8")
    return paths


def advice() -> list[str]:
    """A line for whoever has put large data into the example."""
    data = LOCAL_TEST / "test_dir/input/data"
    size = sum(file.stat().st_size for file in data.rglob("*") if file.is_file())
    told = f"the tests train on all {size / 1e6:,.0f} MB of local_test/test_dir/input/data; {SMALLER}"
    return [told] if size > LARGE else []


class Training:
    """A job of program/train that has run: `paths` is its /opt/ml, `log` what it printed."""

    def __init__(self, folder: Path, **hyperparameters: str):
        self.paths = new_job(folder, **hyperparameters)
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(folder)}
        command = [sys.executable, PROJECT / "program/train"]
        options = {"env": environment, "capture_output": True, "encoding": "utf-8", "timeout": SECONDS}
        try:
            done = subprocess.run(command, check=False, **options)
        except subprocess.TimeoutExpired:
            reason = f"local_test/test_dir/input/data takes more than {SECONDS} s to train; {SMALLER}"
            raise AssertionError(reason) from None
        self.exit_code, self.log = done.returncode, done.stdout + done.stderr

    @property
    def metrics(self) -> dict[str, float]:
        """Of each metric what was printed last: of the model that was saved."""
        found = re.findall(r"^([^\s=]+)=([-+.e\d]+)$", self.log, re.MULTILINE)
        return {name: float(value) for name, value in found}

    @property
    def job(self) -> Job:
        """What `train` in algorithm.py is given, to read the same channels."""
        job = Job(self.paths)
        job.choose_columns(hyperparameters.read(self.paths.config, algorithm.Hyperparameters))
        return job


def assert_expected(answer: bytes) -> None:
    """The answer to payload.csv is expected.csv, but for the last digits of numbers, in which CPUs differ."""
    expected = (LOCAL_TEST / "expected.csv").read_text("utf-8")
    tables = (list(csv.reader(text.splitlines())) for text in (answer.decode(), expected))
    lines = zip_longest(*tables, fillvalue=[])
    assert all(len(one) == len(other) and all(map(same, one, other)) for one, other in lines), (
        OUTDATED + answer.decode()
    )


def same(one: str, other: str) -> bool:
    """Whole numbers are labels, too, so they must be equal; other numbers must be close."""
    try:
        close = math.isclose(float(one), float(other), rel_tol=1e-4, abs_tol=1e-6)
    except ValueError:
        return one == other
    return one == other if one.lstrip("-").isdigit() and other.lstrip("-").isdigit() else close
