"""The real `train` over channels as SageMaker brings them: FIFOs that come late, folders not to touch (T-21, T-22)."""

import json

import pytest

ALGORITHM = """
from pydantic import BaseModel
from byoc.signature import Signature

class Hyperparameters(BaseModel):
    epochs: int

def train(job, hyperparameters):
    for epoch in range(hyperparameters.epochs):
        labels, features = job.channel("training").read_labelled(epoch)
        print(epoch, *labels, *features[:, 0], flush=True)
    job.save(b"model", Signature((), ("a", "b")))
"""


@pytest.fixture
def program(paths, program_with):
    (paths.config / "hyperparameters.json").write_text(json.dumps({"epochs": "2"}))
    return program_with(ALGORITHM)


def declare(paths, **channel: str) -> None:
    channel |= {"S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
    (paths.config / "inputdataconfig.json").write_text(json.dumps({"training": channel}))


def test_every_epoch_of_a_pipe_is_read_although_its_fifo_comes_late(paths, run_train, program, feed):
    declare(paths, TrainingInputMode="Pipe")
    feed(paths.data / "training_0", b"a,1\nb,2\n", late=1)
    feed(paths.data / "training_1", b"b,2\na,1\n", late=1.5)
    run = run_train(paths, program)
    assert (run.returncode, run.stdout) == (0, "0 a b 1.0 2.0\n1 b a 2.0 1.0\n"), run.stderr


def test_a_bad_row_in_a_pipe_is_the_failure(paths, run_train, program, feed):
    declare(paths, TrainingInputMode="Pipe")
    feed(paths.data / "training_0", b"a,1\nb,x\n")
    assert run_train(paths, program).returncode == 1
    expected = f"Exception during training: {paths.data}/training_0, line 2, column 2: 'x' is not a number"
    assert paths.failure.read_text().startswith(expected)


def test_a_fastfile_folder_is_read_each_epoch_and_left_as_it_is(paths, run_train, program):
    declare(paths, TrainingInputMode="FastFile")
    before = {file: file.stat().st_mtime_ns for file in paths.data.rglob("*")}
    run = run_train(paths, program)
    rows = "a b a b 1.0 2.0 1.5 2.5\n"
    assert (run.returncode, run.stdout) == (0, f"0 {rows}1 {rows}"), run.stderr
    assert {file: file.stat().st_mtime_ns for file in paths.data.rglob("*")} == before
