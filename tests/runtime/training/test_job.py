"""How a job ends: its exit code, and the failure file that becomes the FailureReason (T-08, T-09)."""

import json
import os
import shutil
from types import SimpleNamespace
from unittest import mock

import pytest
from pydantic import BaseModel

from byoc.errors import InputError
from byoc.hosts.collectives import Collectives
from byoc.signature import Signature
from byoc.training import runner


class Hyperparameters(BaseModel):
    epochs: int = 1


def run(train, **more) -> int:
    return runner.run(lambda: SimpleNamespace(Hyperparameters=Hyperparameters, train=train, **more))


def save(job, hyperparameters):
    job.save(b"model", Signature((), ("a", "b")))


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


def test_a_job_without_a_model_has_not_succeeded(paths):
    """Else nobody would hear of it before there is an endpoint (P-17)."""
    (paths.model / "model.onnx").write_bytes(b"of an earlier run over the same folder")
    reason = f"no model was saved: train has to call job.save, or to write files of its own into {paths.model}"
    for train in (lambda job, hyperparameters: None, raising(SystemExit(0))):
        assert run(train) == 1
        assert paths.failure.read_text().startswith(f"Exception during training: {reason}\n")
        paths.failure.unlink()


def test_every_folder_that_an_algorithm_may_write_to_is_there_for_it(paths):
    shutil.rmtree(paths.base)
    paths.config.mkdir(parents=True)
    (paths.config / "hyperparameters.json").write_text("{}")
    (paths.config / "checkpointconfig.json").write_text('{"LocalPath": "/opt/ml/kept"}')

    def train(job, hyperparameters):
        (job.paths.model / "model.joblib").write_bytes(b"as joblib.dump does")
        (job.paths.output_data / "rows.csv").write_text("1")
        (job.checkpoints.folder / "mine").write_text("1")

    assert run(train) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_every_file_of_the_configuration_may_begin_with_a_byte_order_mark(paths, encoding):
    """As Windows' editors and its PowerShell write them."""
    contents = {
        "hyperparameters": {"epochs": "3"},
        "inputdataconfig": {"training": {"TrainingInputMode": "Pipe"}},
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
        "checkpointconfig": {"LocalPath": "/opt/ml/kept"},
    }
    for name, content in contents.items():
        (paths.config / f"{name}.json").write_text(json.dumps(content), encoding)
    told = []

    def train(job, hyperparameters):
        told[:] = hyperparameters.epochs, job.channel("training").piped, job.cluster.current_host
        told.append(job.checkpoints.folder)
        save(job, hyperparameters)

    with mock.patch.dict(os.environ):
        assert run(train) == 0
        assert (os.environ["SM_HP_EPOCHS"], os.environ["SM_CURRENT_HOST"]) == ("3", "algo-1")
    assert told == [3, True, "algo-1", paths.base / "kept"]


@pytest.mark.parametrize("name", ["new.pt", "old.pt", "sub/new.pt"])
def test_a_model_that_the_algorithm_wrote_itself_is_one(paths, name):
    (paths.model / "old.pt").write_bytes(b"of an earlier run over the same folder")

    def train(job, hyperparameters):
        file = paths.model / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"model")
        os.utime(file, ns=(1, 1))

    assert run(train) == 0


def test_an_algorithm_may_say_that_it_leaves_no_model(paths):
    def train(job, hyperparameters):
        job.saved = True

    assert run(train) == 0


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


def test_an_algorithm_that_cannot_be_imported_is_a_failure(paths):
    def load():
        raise ModuleNotFoundError("No module named 'lightgbm'")

    assert runner.run(load) == 1
    first_line = paths.failure.read_text().splitlines()[0]
    way = (
        "a package for training belongs in requirements/algorithm.in, or, if predictor.py imports it, too, "
        "in handlers.in; then run: make lock install"
    )
    assert first_line == f"Exception during training: ModuleNotFoundError: No module named 'lightgbm'; {way}"


def test_a_missing_channel_is_named_with_those_that_there_are(paths):
    assert run(lambda job, hyperparameters: job.channel("validation")) == 1
    message = f"channel 'validation' is missing: the job has training; its data belongs in {paths.data}"
    assert message in paths.failure.read_text()


@pytest.fixture
def on_host(paths):
    """Make this one of two hosts, with that S3DistributionType."""

    def configure(host: str, distribution: str) -> None:
        resources = {"current_host": host, "hosts": ["algo-1", "algo-2"]}
        (paths.config / "resourceconfig.json").write_text(json.dumps(resources))
        channels = {"training": {"TrainingInputMode": "File", "S3DistributionType": distribution}}
        (paths.config / "inputdataconfig.json").write_text(json.dumps(channels))

    return configure


@pytest.mark.parametrize(("host", "files"), [("algo-1", 2), ("algo-2", 0)])
def test_of_several_hosts_the_first_one_trains_and_the_others_say_why_not(paths, on_host, capsys, host, files):
    on_host(host, "FullyReplicated")
    assert run(save) == 0
    assert len(list(paths.model.iterdir())) == files
    idle = "this algorithm trains on one host, algo-1: nothing to do on algo-2\n"
    assert capsys.readouterr().out == ("" if files else idle)


@pytest.mark.parametrize("host", ["algo-1", "algo-2"])
def test_an_algorithm_for_one_host_refuses_a_part_of_the_data_on_every_host(paths, on_host, host):
    on_host(host, "ShardedByS3Key")
    assert run(save) == 1
    expected = "S3DistributionType=ShardedByS3Key, of channel training, gives each of the 2 hosts"
    assert expected in paths.failure.read_text()


def test_one_host_has_all_the_data_even_if_it_is_sharded(paths, on_host):
    on_host("algo-1", "ShardedByS3Key")
    (paths.config / "resourceconfig.json").unlink()
    assert run(save) == 0


def test_an_algorithm_that_spreads_runs_on_every_host(paths, on_host, capsys, monkeypatch):
    monkeypatch.setattr(Collectives, "join", lambda cluster, settings: Collectives(cluster.rank, cluster.size))
    monkeypatch.setattr(Collectives, "gather", lambda collectives, value: [value])
    on_host("algo-2", "ShardedByS3Key")
    assert run(lambda job, hyperparameters: print(f"rank {job.cluster.rank}"), DISTRIBUTED=True) == 0
    assert capsys.readouterr().out == "rank 1\n"
