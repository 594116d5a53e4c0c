"""The channel `model` brings the model as SageMaker's users have it: a file, a folder, an archive, a pipe."""

import io
import json
import tarfile

import numpy as np
import onnx
import pytest
from bringing import model

import algorithm
from byoc.serving.onnx_model import OnnxModel
from byoc.training import runner

WEIGHTS = "(float[n, 2] x) => (float[n, 1] y) <float[2, 1] w = {1.0, 10.0}> { y = MatMul (x, w) }"


def train(paths) -> str:
    """The first line of the failure; none if it succeeds."""
    if runner.run(lambda: algorithm) == 0:
        assert OnnxModel(paths.model).predict(np.array([[1, 2]], np.float32)).tolist() == [21]
        return ""
    return paths.failure.read_text().splitlines()[0]


@pytest.fixture
def folder(paths):
    (paths.data / "model").mkdir()
    return paths.data / "model"


def archive(content: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as file:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def external(folder) -> None:
    """The model with its weights in a file beside it."""
    brought = onnx.load_from_string(model(WEIGHTS))
    weights = onnx.numpy_helper.to_array(brought.graph.initializer[0])
    brought.graph.initializer[0].CopyFrom(
        onnx.numpy_helper.from_array(weights, "w")
    )  # as bytes, which may lie elsewhere
    onnx.save(brought, folder / "net.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert (folder / "weights.bin").exists()


def test_in_a_folder_below_under_another_name(paths, folder):
    (folder / "version=3").mkdir()
    (folder / "version=3/net.onnx").write_bytes(model(WEIGHTS))
    (folder / "README.md").write_text("# net")
    assert train(paths) == ""


def test_with_external_data_which_go_into_the_one_file(paths, folder):
    external(folder)
    assert train(paths) == ""
    assert sorted(file.name for file in paths.model.iterdir()) == ["model.onnx", "signature.json"]


def test_without_its_external_data_it_is_refused(paths, folder):
    external(folder)
    (folder / "weights.bin").unlink()
    assert "net.onnx is no whole ONNX model: " in train(paths)


def test_in_an_archive_as_sagemaker_keeps_models(paths, folder):
    external(folder)
    content = {f"./{name}": (folder / name).read_bytes() for name in ("net.onnx", "weights.bin")}
    for file in list(folder.iterdir()):
        file.unlink()
    (folder / "model.tar.gz").write_bytes(archive(content))
    assert train(paths) == ""


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b", b"\x1f\x8b" + bytes(100), archive({"model.onnx": b"x" * 9999})[:-40]],
    # An archive holds the second it was made in, so names from its bytes would differ from worker to worker.
    ids=["but its first bytes", "zeros", "cut off"],
)
def test_a_broken_archive_is_refused(paths, folder, content):
    (folder / "model.tar.gz").write_bytes(content)
    assert "model.tar.gz: cannot be unpacked: " in train(paths)


def test_an_archive_that_would_write_elsewhere_is_refused(paths, folder):
    (folder / "model.tar.gz").write_bytes(archive({"notes": b"", "../model.onnx": model(WEIGHTS)}))
    assert "model.tar.gz: cannot be unpacked: " in train(paths)


@pytest.mark.parametrize("pack", [bytes, lambda content: archive({"net.onnx": content})], ids=["as it is", "packed"])
def test_through_a_pipe(paths, feed, pack):
    (paths.config / "inputdataconfig.json").write_text(json.dumps({"model": {"TrainingInputMode": "Pipe"}}))
    feed(paths.data / "model_0", pack(model(WEIGHTS)))
    assert train(paths) == ""


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([], "channel 'model' must hold one model, *.onnx, but in "),
        (["weights.bin"], " is none"),
        (["a.onnx", "b.onnx"], " are 2, a.onnx, b.onnx; leave one"),
    ],
)
def test_no_model_or_two_are_refused(paths, folder, files, reason):
    for name in files:
        (folder / name).write_bytes(model(WEIGHTS))
    assert reason in train(paths)


def test_a_job_without_the_channel_is_told_so(paths):
    assert "channel 'model' is missing: the job has training" in train(paths)
