"""The decision tree makes the same model of the same data, however SageMaker brings it (T-20, T-21, T-22, T-23)."""

import gzip
import json
import shutil
import struct

import pytest

from byoc.paths import Paths


@pytest.fixture
def example(paths, project) -> Paths:
    """The example's configuration and data, as a job's /opt/ml."""
    shutil.rmtree(paths.base / "input")
    shutil.copytree(project / "local_test/test_dir/input", paths.base / "input")
    return paths


def declare(paths, mode: str, wrapper: str = "None") -> None:
    channel = {"TrainingInputMode": mode, "S3DistributionType": "FullyReplicated", "RecordWrapperType": wrapper}
    (paths.config / "inputdataconfig.json").write_text(json.dumps({"training": channel}))


def record(content: bytes) -> bytes:
    return struct.pack("<II", 0xCED7230A, len(content)) + content + bytes(-len(content) % 4)


@pytest.mark.parametrize("wrapper", ["None", "RecordIO"])
def test_through_a_pipe(example, trained, run_train, feed, wrapper):
    declare(example, "Pipe", wrapper)
    rows = (example.data / "training/iris.csv").read_bytes()
    half = rows.index(b"\n", len(rows) // 2) + 1
    files = [rows[:half], rows[half:]]
    shutil.rmtree(example.data / "training")
    feed(example.data / "training_0", b"".join(map(record, files)) if wrapper == "RecordIO" else rows, late=1)
    run = run_train(example)
    assert run.returncode == 0, run.stderr
    assert (example.model / "model.onnx").read_bytes() == (trained.model / "model.onnx").read_bytes()


def test_as_gzip_in_a_folder_below_a_read_only_one(example, trained, run_train):
    declare(example, "FastFile")
    file = example.data / "training/iris.csv"
    (file.parent / "year=2026").mkdir()
    (file.parent / "year=2026/part-0.csv.gz").write_bytes(gzip.compress(file.read_bytes()))
    file.unlink()
    for folder in (file.parent / "year=2026", file.parent):
        folder.chmod(0o555)
    run = run_train(example)
    assert run.returncode == 0, run.stderr
    assert (example.model / "model.onnx").read_bytes() == (trained.model / "model.onnx").read_bytes()
    for folder in (file.parent, file.parent / "year=2026"):
        folder.chmod(0o755)  # so that it can be removed
