"""A model's file that is elsewhere, may not be read or is something else: what it is, and the command that mends it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from byoc.errors import ModelError
from byoc.serving.multi_model import process
from byoc.serving.onnx_model import OnnxModel
from byoc.settings import Settings

NOBODY = 65534


def copied(onnx_folder: Path, folder: Path) -> Path:
    return shutil.copytree(onnx_folder, folder)


@contextmanager
def somebody() -> Iterator[None]:
    """As a user that is not root, if this is, who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def assert_refused(folder: Path, *words: str) -> None:
    """By one model's server and by a multi-model endpoint, which answers with 400."""
    with pytest.raises(ModelError) as refused:
        OnnxModel(folder)
    loaded, status, reason = process.load(folder, Settings.from_environment({}), None)
    assert (loaded, status, reason) == (None, 400, str(refused.value))
    assert "\n" not in reason
    for word in words:
        assert word in reason


@pytest.mark.parametrize("below", ["model", "my-job/output/model"])
def test_a_folder_too_many_is_named_with_how_to_pack(onnx_folder, tmp_path, below):
    inner = copied(onnx_folder, tmp_path / below)
    words = f"{inner}/model.onnx", "a folder too many", "tar -czf model.tar.gz -C model ."
    assert_refused(tmp_path, f"no model: {tmp_path}/model.onnx is missing", *words)


@pytest.mark.parametrize("closed", ["model.onnx", "signature.json", "."])
def test_a_file_or_folder_of_another_user_is_named_with_its_mode(onnx_folder, closed):
    with tempfile.TemporaryDirectory(dir="/tmp") as above:  # which others may enter, as pytest's own they may not
        os.chmod(above, 0o755)
        folder = copied(onnx_folder, Path(above, "m"))
        os.chmod(folder, 0o755)
        os.chmod(folder / closed, 0 if os.geteuid() else 0o600)
        mode, path = ("0" if os.geteuid() else "600"), (folder / closed).resolve()
        with somebody():
            words = f"mode {mode} and belongs to user", f"chmod -R a+rX {path.name}"
            assert_refused(folder.resolve(), f"{path} has ", *words)
        os.chmod(folder / closed, 0o755)


@pytest.mark.parametrize("name", ["model.onnx", "signature.json"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty: copy it again"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS pointer"),
        (b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a page of HTML"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "a page of HTML or XML"),
        (b"\x1f\x8b\x08\x00\x00", "a gzip archive"),
        (b"PK\x03\x04\x14", "a zip archive"),
    ],
)
def test_a_file_that_is_something_else_is_told(onnx_folder, tmp_path, name, content, words):
    folder = copied(onnx_folder, tmp_path / "m")
    (folder / name).write_bytes(content)
    assert_refused(folder, f"{folder / name} is ", words)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_told_with_its_size(onnx_folder, tmp_path, share):
    folder = copied(onnx_folder, tmp_path / "m")
    file = folder / "model.onnx"
    size = int(share * file.stat().st_size)
    file.write_bytes(file.read_bytes()[:size])
    assert_refused(folder, f"{file}, {size:,} bytes, which may be cut off")
