"""The tests that a project carries hold for its owner's data, labels, hyperparameters and handlers, too.

Only local_test/expected.csv has to follow, and the two tests that compare with it say so.
"""

import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HYPERPARAMETERS = {
    "decision-tree": {"criterion": "entropy", "max_depth": "6", "min_samples_leaf": "3"},
    "custom": {"shrinkage": "0.5"},
}
COLUMNS = 7
# In the place of byoc's: rows with semicolons, and no other format but JSON.
INPUT_FN = """

def input_fn(request_body, content_type):
    import json

    from byoc.errors import RequestError

    try:
        if content_type == "application/json":
            rows = np.array(json.loads(request_body)["instances"], np.float32)
        elif content_type == "text/csv":
            lines = request_body.decode().splitlines()
            rows = np.array([line.split(";") for line in lines], np.float32)
        else:
            raise RequestError(415, f"content type {content_type!r} is not supported")
    except ValueError as error:
        raise RequestError(400, f"the rows cannot be read: {error}") from None
    if rows.ndim != 2 or rows.shape[1] != 7:
        raise RequestError(400, "a row has 7 numbers")
    return rows
"""


@pytest.fixture(params=HYPERPARAMETERS)
def project(request, bake, made) -> Path:
    """Another data set: whole numbers as labels, other columns, and a channel `validation`."""
    project = bake.anew(algorithm=request.param)
    (project / ".venv").symlink_to(made / ".venv")
    local_test = project / "local_test"
    data = local_test / "test_dir/input/data"
    shutil.rmtree(data)
    rows = list(drawn(300))
    for name, its in (("training", rows[:250]), ("validation", rows[250:])):
        (data / name).mkdir(parents=True)
        (data / name / "mine.csv").write_text("".join(f"{label},{','.join(row)}\n" for label, row in its))
    separator = ","
    if request.param == "custom":
        separator = ";"
        with (project / "program/predictor.py").open("a", encoding="utf-8") as handlers:
            handlers.write(INPUT_FN)
    (local_test / "payload.csv").write_text("".join(f"{separator.join(row)}\n" for _, row in rows[250:260]))
    (local_test / "payload.json").write_text(json.dumps({"instances": [[*map(float, row)] for _, row in rows[:4]]}))
    (local_test / "test_dir/input/config/hyperparameters.json").write_text(json.dumps(HYPERPARAMETERS[request.param]))
    return project


def drawn(count: int):
    """Rows of which three labels can be learnt."""
    numbers = random.Random(0)
    for _ in range(count):
        row = [numbers.gauss(0, 1) for _ in range(COLUMNS)]
        yield 7 if row[0] + row[3] > 0.5 else -3 if row[1] > 0 else 12, [f"{value:.4f}" for value in row]


def run_tests(project: Path, verbosity: str = "-q") -> str:
    command = [".venv/bin/pytest", verbosity, "-p", "no:cacheprovider", "tests"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False).stdout


def test_they_hold_for_other_data_once_expected_csv_is_written_anew(project):
    before = run_tests(project)
    failed = re.findall(r"^FAILED \S+::(\w+)", before, re.MULTILINE)
    both = ["test_payload_csv_is_answered_with_expected_csv", "test_an_invocation_is_answered_with_expected_csv"]
    assert failed == both, before
    assert "local_test/predict.sh payload.csv >local_test/expected.csv" in before
    answer = re.findall(r"^E +(-?\d+)$", before.split("The new answers:")[1].split("tests/")[0], re.MULTILINE)
    assert len(answer) == 10
    (project / "local_test/expected.csv").write_text("".join(f"{label}\n" for label in answer))
    after = run_tests(project)
    assert re.search(r"^\d+ passed in", after, re.MULTILINE), after


def test_large_data_are_told_first_and_end_the_tests_in_time(bake, made):
    """By lower limits, for the sake of this test; the owner may raise them."""
    project = bake.anew()
    (project / ".venv").symlink_to(made / ".venv")
    example = project / "tests/example.py"
    limits = re.sub("^SECONDS = 300", "SECONDS = 0.1", example.read_text(), flags=re.MULTILINE)
    example.write_text(re.sub("^LARGE = 20_000_000", "LARGE = 1_000", limits, flags=re.MULTILINE))
    first, told = run_tests(project, "-v").split("collected", 1)
    advice = "leave a sample of it there, and train on all by: TEST_DIR=~/another_test_dir make train"
    assert f"MB of local_test/test_dir/input/data; {advice}" in first
    assert f"local_test/test_dir/input/data takes more than 0.1 s to train; {advice}" in told
