"""Another data set in the place of a project's example: other columns, whole numbers as labels or numbers to learn."""

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

COLUMNS = 7
BOTH = ["test_payload_csv_is_answered_with_expected_csv", "test_an_invocation_is_answered_with_expected_csv"]
Row = tuple[str, list[str]]


def labels(count: int) -> Iterator[Row]:
    """Rows of which three labels can be learnt, whole numbers."""
    numbers = random.Random(0)
    for _ in range(count):
        row = [numbers.gauss(0, 1) for _ in range(COLUMNS)]
        yield str(7 if row[0] + row[3] > 0.5 else -3 if row[1] > 0 else 12), [f"{value:.4f}" for value in row]


def quantities(count: int) -> Iterator[Row]:
    """Rows of which a number can be learnt."""
    numbers = random.Random(0)
    for _ in range(count):
        row = [numbers.gauss(0, 1) for _ in range(COLUMNS)]
        yield f"{1000 + 300 * row[0] - 50 * row[1] ** 2:.2f}", [f"{value:.4f}" for value in row]


def lay(project: Path, rows: list[Row], hyperparameters: dict[str, str], separator: str = ",") -> None:
    """The rows, a sixth of them in the channel `validation`, the payloads, and hyperparameters of one's own."""
    local_test = project / "local_test"
    data = local_test / "test_dir/input/data"
    shutil.rmtree(data)
    held_out = len(rows) // 6
    for name, its in (("training", rows[:-held_out]), ("validation", rows[-held_out:])):
        (data / name).mkdir(parents=True)
        (data / name / "mine.csv").write_text("".join(f"{label},{','.join(row)}\n" for label, row in its))
    (local_test / "payload.csv").write_text("".join(f"{separator.join(row)}\n" for _, row in rows[-10:]))
    (local_test / "payload.json").write_text(json.dumps({"instances": [[*map(float, row)] for _, row in rows[-4:]]}))
    config = local_test / "test_dir/input/config"
    (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    channels = {name: {"TrainingInputMode": "File"} for name in ("training", "validation")}
    (config / "inputdataconfig.json").write_text(json.dumps(channels))


def hold(project: Path) -> None:
    """The project's tests pass once expected.csv is written anew, and the two that compare with it say so before."""
    before = run_tests(project)
    assert re.findall(r"^FAILED \S+::(\w+)", before, re.MULTILINE) == BOTH, before
    assert "local_test/predict.sh payload.csv >local_test/expected.csv" in before
    answer = re.findall(r"^E +(-?[\d.e+]+)$", before.split("The new answers:")[1].split("tests/")[0], re.MULTILINE)
    assert len(answer) == 10, before
    (project / "local_test/expected.csv").write_text("".join(f"{label}\n" for label in answer))
    after = run_tests(project)
    assert re.search(r"^\d+ passed in", after, re.MULTILINE), after


def run_tests(project: Path, verbosity: str = "-q") -> str:
    command = [".venv/bin/pytest", verbosity, "-p", "no:cacheprovider", "tests"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False).stdout
