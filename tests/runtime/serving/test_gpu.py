"""Where ONNX Runtime is the build for CUDA: the GPU if there is one, else the CPU, and a line that says which."""

import onnxruntime
import pytest

from byoc.serving import gpu
from byoc.serving.default_handlers import reader
from byoc.serving.onnx_model import OnnxModel

CPU = "CPUExecutionProvider"


@pytest.fixture
def for_cuda(monkeypatch):
    """As in an image that is made for GPUs."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [gpu.CUDA, CPU])


@pytest.fixture
def driver(monkeypatch, for_cuda):
    monkeypatch.setattr(gpu, "DRIVER", None)  # what this process has loaded already


@pytest.fixture
def opened(monkeypatch):
    """The providers that each session was to have; the usual ONNX Runtime only has the CPU's."""
    asked = []
    session = onnxruntime.InferenceSession

    def open_session(*arguments, providers):
        asked.append(providers)
        return session(*arguments, providers=[CPU])

    monkeypatch.setattr(onnxruntime, "InferenceSession", open_session)
    return asked


def test_the_usual_onnx_runtime_uses_the_cpu_and_needs_no_word_for_it(onnx_folder, opened, capfd):
    OnnxModel(onnx_folder)
    assert opened == [[CPU]]
    assert capfd.readouterr() == ("", "")


def test_without_a_driver_one_line_says_why_the_cpu_is_used(onnx_folder, opened, for_cuda, monkeypatch, capfd):
    monkeypatch.setattr(gpu, "DRIVER", "libcuda.so.none")
    OnnxModel(onnx_folder)
    assert opened == [[CPU]]
    said = "the model is on the CPU: CUDA finds no GPU, as there is no libcuda.so.none\n"
    assert capfd.readouterr() == (said, "")


def test_with_a_driver_each_process_has_a_session_on_the_gpu_once_it_predicts(onnx_folder, opened, driver, capfd):
    model = OnnxModel(onnx_folder)
    assert opened == [[CPU]]  # which every process can have a copy of
    assert capfd.readouterr().out == "the model is on the GPU\n"
    line = ",".join(str(feature.example) for feature in model.signature.features)
    rows = reader(model)(f"{line}\n".encode() * 2, "text/csv")
    for _ in range(2):
        assert len(model.predict(rows)["predicted_label"]) == 2
    assert opened == [[CPU], [gpu.CUDA, CPU]]
    assert "on the CPU after all" in capfd.readouterr().out
