"""A file appears whole or not at all, and nothing unfinished lies where SageMaker uploads from (T-42)."""

import errno
import os
from pathlib import Path

import pytest

from byoc.files import write_atomically


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path]:
    model, staging = tmp_path / "model", tmp_path / "staging"
    staging.mkdir()
    return model, staging


def contents(*folders: Path) -> list[str]:
    return [file.name for folder in folders for file in sorted(folder.iterdir())]


def test_a_file_is_written_and_replaced_without_leftovers(folders):
    model, staging = folders
    write_atomically(model / "model.onnx", b"old", staging)
    write_atomically(model / "model.onnx", b"new", staging)
    assert (model / "model.onnx").read_bytes() == b"new"
    assert contents(model, staging) == ["model.onnx"]


def test_a_file_can_be_read_by_a_container_of_another_user(folders):
    model, staging = folders
    write_atomically(model / "model.onnx", b"x", staging)
    assert (model / "model.onnx").stat().st_mode & 0o777 == 0o644


def test_the_unfinished_file_never_lies_in_the_model_folder(folders, monkeypatch):
    model, staging = folders
    seen = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append((contents(model), contents(staging))), fsync(handle)))
    write_atomically(model / "model.onnx", b"x", staging)
    assert [(in_model, len(in_staging)) for in_model, in_staging in seen] == [([], 1)]


def test_a_staging_folder_that_cannot_be_written_is_done_without(folders):
    model, staging = folders
    staging.rmdir()
    write_atomically(model / "model.onnx", b"x", staging)
    assert (model / "model.onnx").read_bytes() == b"x"
    assert contents(model) == ["model.onnx"]


def test_a_staging_folder_on_another_file_system_is_done_without(folders, monkeypatch):
    model, staging = folders
    rename = os.rename

    def rename_within_a_file_system(source, target):
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(os, "rename", rename_within_a_file_system)
    write_atomically(model / "model.onnx", b"x", staging)
    assert (model / "model.onnx").read_bytes() == b"x"
    assert contents(model, staging) == ["model.onnx"]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(folders, monkeypatch):
    model, staging = folders
    write_atomically(model / "model.onnx", b"old", staging)

    def interrupted(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(model / "model.onnx", b"new", staging)
    assert (model / "model.onnx").read_bytes() == b"old"
    assert contents(model, staging) == ["model.onnx"]


def test_a_file_has_the_rights_that_the_process_gives(folders):
    model, staging = folders
    before = os.umask(0)  # as `train` sets it for root (LM-10)
    try:
        write_atomically(model / "model.onnx", b"x", staging)
    finally:
        os.umask(before)
    assert (model / "model.onnx").stat().st_mode & 0o777 == 0o666
    assert model.stat().st_mode & 0o777 == 0o777
