"""The tests that a project carries hold for its owner's data, labels, hyperparameters and handlers, too.

Only local_test/expected.csv has to follow, and the two tests that compare with it say so. Of algorithms that need other
packages: test_algorithms.py.
"""

import re

import pytest

import own_data

pytestmark = pytest.mark.slow

CASES = [
    ("decision-tree", own_data.labels, {"criterion": "entropy", "max_depth": "6", "min_samples_leaf": "3"}),
    ("decision-tree", own_data.quantities, {"objective": "regression", "max_depth": "6"}),
    ("random-forest", own_data.labels, {"n_estimators": "20"}),
    ("random-forest", own_data.quantities, {"objective": "regression", "n_estimators": "20"}),
    ("custom", own_data.labels, {"shrinkage": "0.5"}),
]
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


@pytest.mark.parametrize(("algorithm", "drawn", "hyperparameters"), CASES)
def test_they_hold_for_other_data_once_expected_csv_is_written_anew(bake, made, algorithm, drawn, hyperparameters):
    """Another data set: whole numbers as labels, or numbers to learn, other columns, and a channel `validation`."""
    project = bake.anew(algorithm=algorithm)
    (project / ".venv").symlink_to(made / ".venv")
    own_handlers = algorithm == "custom"
    if own_handlers:
        with (project / "program/predictor.py").open("a", encoding="utf-8") as handlers:
            handlers.write(INPUT_FN)
    own_data.lay(project, list(drawn(300)), hyperparameters, separator=";" if own_handlers else ",")
    own_data.hold(project)


def test_large_data_are_told_first_and_end_the_tests_in_time(bake, made):
    """By lower limits, for the sake of this test; the owner may raise them."""
    project = bake.anew()
    (project / ".venv").symlink_to(made / ".venv")
    example = project / "tests/example.py"
    limits = re.sub("^SECONDS = 300", "SECONDS = 0.1", example.read_text(), flags=re.MULTILINE)
    example.write_text(re.sub("^LARGE = 20_000_000", "LARGE = 1_000", limits, flags=re.MULTILINE))
    first, told = own_data.run_tests(project, "-v").split("collected", 1)
    advice = "leave a sample of it there, and train on all by: TEST_DIR=~/another_test_dir make train"
    assert f"MB of local_test/test_dir/input/data; {advice}" in first
    assert f"local_test/test_dir/input/data takes more than 0.1 s to train; {advice}" in told
