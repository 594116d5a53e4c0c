"""How a job ends: its exit code, and the failure file that becomes the FailureReason (T-08, T-09)."""

from types import SimpleNamespace

import pytest
from pydantic import BaseModel

from byoc import job
from byoc.errors import InputError
from byoc.signature import Signature


class Hyperparameters(BaseModel):
    epochs: int = 1


def run(train) -> int:
    return job.run(lambda: SimpleNamespace(Hyperparameters=Hyperparameters, train=train))


def raising(error: BaseException):
    def train(job, hyperparameters):
        raise error

    return train


def test_a_success_leaves_the_model_and_no_failure(paths, capsys):
    def train(job, hyperparameters):
        job.metric("validation:accuracy", 2 / 3)
        job.write_output("notes/report.html", "ä")
        job.save(b"model", Signature((), ("a", "b")))

    assert run(train) == 0
    assert "validation:accuracy=0.666667\n" in capsys.readouterr().out
    assert sorted(file.name for file in paths.model.iterdir()) == ["model.onnx", "signature.json"]
    assert (paths.output_data / "notes" / "report.html").read_bytes() == "ä".encode()
    assert not paths.failure.exists()
    assert sorted(entry.name for entry in paths.base.iterdir()) == ["input", "model", "output"]


def test_a_failure_of_an_earlier_run_is_removed(paths):
    paths.failure.write_text("old")
    assert run(lambda job, hyperparameters: None) == 0
    assert not paths.failure.exists()


@pytest.mark.parametrize(
    ("error", "first_line"),
    [
        (InputError("the data is upside down"), "Exception during training: the data is upside down"),
        (KeyError("column"), "Exception during training: KeyError: 'column'"),
        (MemoryError(), "Exception during training: MemoryError: "),
        (SystemExit("no GPU"), "Exception during training: the algorithm ended with sys.exit('no GPU')"),
    ],
)
def test_every_error_is_exit_code_1_and_a_failure_with_its_message_first(paths, error, first_line, capsys):
    assert run(raising(error)) == 1
    failure = paths.failure.read_text(encoding="utf-8")
    assert failure.startswith(first_line)
    assert "in train\n    raise error" in failure
    assert capsys.readouterr().err.startswith(first_line)


def test_a_failure_that_the_algorithm_wrote_is_kept(paths):
    def train(job, hyperparameters):
        paths.failure.write_text("what the user should know")
        raise RuntimeError("low-level noise")

    assert run(train) == 1
    assert paths.failure.read_text() == "what the user should know"


def test_an_exit_code_that_the_algorithm_chose_is_kept(paths):
    assert run(raising(SystemExit(3))) == 3
    assert paths.failure.read_text().startswith("Exception during training: the algorithm ended with sys.exit(3)\n")
    assert run(raising(SystemExit(0))) == 0
    assert not paths.failure.exists()


def test_an_algorithm_that_cannot_be_imported_is_a_failure(paths):
    def load():
        raise ModuleNotFoundError("No module named 'lightgbm'")

    assert job.run(load) == 1
    first_line = paths.failure.read_text().splitlines()[0]
    assert first_line == "Exception during training: ModuleNotFoundError: No module named 'lightgbm'"


def test_a_missing_channel_is_named_with_those_that_there_are(paths):
    assert run(lambda job, hyperparameters: job.channel("validation")) == 1
    message = f"channel 'validation' is missing: the job has training; its data belongs in {paths.data}"
    assert message in paths.failure.read_text()
