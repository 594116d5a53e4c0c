"""Finds the given model in its channel, and checks that it can be served."""

import tarfile
from pathlib import Path

import onnx
import onnxruntime

from byoc.channels.channel import Channel
from byoc.errors import InputError
from byoc.serving import model_files

GZIP = b"\x1f\x8b"
OPSETS = range(7, onnx.defs.onnx_opset_version() + 1)  # what ONNX Runtime answers for
LARGEST = 2**31 - 1  # bytes: a file of protobuf holds no more
CUSTOM = "serve it through the handlers of the option custom"


def find(channel: Channel, folder: Path) -> Path:
    """The channel's one ONNX file, wherever it is in there, beside its external data if it has any.

    SageMaker's ModelUri may bring all in a model.tar.gz, which is unpacked into `folder`; so is what comes by pipe.
    """
    models: list[Path] = []
    for number, file in enumerate(_piped(channel, folder) if channel.piped else channel.files()):
        with file.open("rb") as content:
            packed = content.read(len(GZIP)) == GZIP
        files = _unpacked(file, folder / str(number)) if packed else [file]
        models += [file for file in files if file.suffix == ".onnx"]
    if len(models) != 1:
        found = f"are {len(models)}, {', '.join(file.name for file in models[:5])}; leave one" if models else "is none"
        raise InputError(f"channel {channel.name!r} must hold one model, *.onnx, but in {channel.folder} {found}")
    return models[0]


def _piped(channel: Channel, folder: Path) -> list[Path]:
    files = []
    for number, (_, content) in enumerate(channel.streams()):
        files.append(folder / f"{number}.onnx")
        files[-1].write_bytes(content.read())
    return files


def _unpacked(file: Path, folder: Path) -> list[Path]:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"{file}: cannot be unpacked: {error}") from None
    return sorted(found for found in folder.rglob("*") if found.is_file())


def load(file: Path) -> onnx.ModelProto:
    """The whole model, with its external data; raises InputError if it is none, or none that ONNX Runtime runs."""
    with file.open("rb") as content:
        other = model_files.kind(content.read(1024))
    if other:
        raise InputError(f"{file.name} is {other}")
    try:
        onnx.checker.check_model(file)
        model = onnx.load(file)
    except Exception as error:  # protobuf and the checker each have their own
        raise InputError(f"{file.name} is no whole ONNX model: {line(error)}") from None
    for used in model.opset_import:
        if used.domain in ("", "ai.onnx") and used.version not in OPSETS:
            way = "export it with another, or convert it by onnx.version_converter"
            raise InputError(
                f"{file.name} is of opset {used.version}, but here only {OPSETS[0]} to {OPSETS[-1]} are run: {way}"
            )
    if model.ByteSize() > LARGEST:
        raise InputError(f"{file.name} is larger than 2 GB, which one file of ONNX cannot hold: {CUSTOM}")
    try:
        session(file)
    except Exception as error:  # ONNX Runtime has an exception for each way to fail
        way = "export it so that it loads there; if it takes double, without ZipMap"
        raise InputError(f"ONNX Runtime cannot load {file.name}: {way}: {line(error)}") from None
    return model


def session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """The model as it is going to be served: on one thread (L-10)."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # what it warns of is nothing that who brings a model can change
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def line(error: Exception) -> str:
    """What a library says, on one line."""
    return " ".join(str(error).split())[:600]  # a FailureReason has 1,024 characters
