"""`/opt/ml/output` that cannot be written costs no job its model, and no failure its reason (T-09, T-43)."""

import shutil

import pytest

from jobs import ALGORITHM

GOOD = ALGORITHM + "def train(job, hyperparameters):\n    save(job)\n    job.write_output('report.html', 'page')\n"
BAD = ALGORITHM + "def train(job, hyperparameters):\n    raise ValueError('a reason')\n"


@pytest.fixture(autouse=True)
def no_folder(paths):
    """A file in its place: root may write to whatever is read-only in another way."""
    shutil.rmtree(paths.output_data.parent)
    paths.output_data.parent.write_bytes(b"")


def test_a_good_job_ends_well_and_warns(paths, run_train, program_with):
    end = run_train(paths, program_with(GOOD))
    assert (end.returncode, sorted(file.name for file in paths.model.iterdir())) == (
        0,
        ["model.onnx", "signature.json"],
    )
    assert "warning: report.html cannot be written, and is left out: " in end.stdout


def test_a_bad_job_says_why_and_where_that_is(paths, run_train, program_with):
    end = run_train(paths, program_with(BAD))
    assert end.returncode == 1
    assert "ValueError: a reason\n" in end.stderr
    assert "the reason is above, in the log only: the failure file could not be written" in end.stderr
    assert "gave no reason" not in end.stderr
