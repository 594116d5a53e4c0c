"""The folder of checkpoints: what is written, kept, found and passed over (C-01 … C-08, C-12, C-13)."""

import json
import os
from contextlib import contextmanager, nullcontext

import pytest

from byoc.training import checkpoints
from byoc.training.checkpoints import Checkpoints


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "checkpoints"


@pytest.fixture
def kept(folder) -> Checkpoints:
    return Checkpoints(folder, saves=True, postponed=nullcontext)


def steps(folder) -> list[int]:
    return sorted(int(file.name[5:17]) for file in folder.glob("step-*.checkpoint"))


def file_of(folder, step: int):
    return folder / f"step-{step:012d}.checkpoint"


def test_the_newest_checkpoint_comes_back_as_it_was_saved(kept, capsys):
    assert kept.latest() is None
    for step, content in ((9, b"old"), (10, b"\x00\nnew\n"), (100, b"")):
        kept.save(step, content)
        assert kept.latest() == (step, content)
    assert "resuming from the checkpoint of step 100: " in capsys.readouterr().out


def test_the_newest_five_are_kept(kept, folder):
    for step in range(0, 80, 10):
        kept.save(step, b"x")
    assert steps(folder) == [30, 40, 50, 60, 70]
    assert len(list(folder.iterdir())) == 5


def test_a_file_is_not_deleted_while_sagemaker_copies_it(kept, folder):
    kept.save(0, b"x")
    marker = folder / (file_of(folder, 0).name + ".sagemaker-uploading")
    marker.touch()
    for step in range(1, 8):
        kept.save(step, b"x")
    assert steps(folder) == [0, 3, 4, 5, 6, 7]
    marker.unlink()
    kept.save(8, b"x")
    assert steps(folder) == [4, 5, 6, 7, 8]


def test_what_was_saved_last_is_the_newest_even_if_later_steps_lie_there(kept, folder):
    for step in range(96, 101):
        kept.save(step, b"abandoned")
    kept.save(1, b"afresh")
    assert kept.latest() == (1, b"afresh")
    assert steps(folder) == [1]


def test_the_unfinished_file_is_one_that_sagemaker_does_not_copy(kept, folder, monkeypatch):
    seen, fsync = [], os.fsync

    def note(handle):
        seen.append([file.name for file in folder.iterdir()])
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    kept.save(1, b"x")
    assert seen == [["unfinished.sagemaker-ignore"]]
    assert [file.name for file in folder.iterdir()] == ["step-000000000001.checkpoint"]


def test_markers_unfinished_and_foreign_files_are_no_checkpoints(kept, folder):
    kept.save(3, b"mine")
    for name in (
        "step-000000000003.checkpoint.sagemaker-uploaded",
        "step-000000000004.checkpoint.sagemaker-uploading",
        "step-000000000005.checkpoint.sagemaker-ignore",
        "unfinished.sagemaker-ignore",
        "xstep-000000000006.checkpoint",
        "step-7.checkpoint",
        "step-٠٠٠٠٠٠٠٠٠٠٠٩.checkpoint",
        "checkpoint-800",
        ".DS_Store",
    ):
        (folder / name).write_bytes(file_of(folder, 3).read_bytes())
    file_of(folder, 9).mkdir()
    others = {file.name for file in folder.iterdir()}
    assert kept.latest() == (3, b"mine")
    for step in range(10, 20):
        kept.save(step, b"x")
    left = {file.name for file in folder.iterdir()}
    assert others - left == {"step-000000000003.checkpoint", "unfinished.sagemaker-ignore"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:30],
        lambda content: content[:-1],
        lambda content: content[:-1] + b"X",
        lambda content: b"0" + content[1:],
        lambda content: content + b"\n",
    ],
)
def test_a_damaged_newest_one_is_passed_over_and_named(kept, folder, capsys, damage):
    for step in (1, 2, 3):
        kept.save(step, f"state {step}".encode())
    for step in (2, 3):
        file_of(folder, step).write_bytes(damage(file_of(folder, step).read_bytes()))
    assert kept.latest() == (1, b"state 1")
    warning = f"warning: checkpoint {file_of(folder, 3)} is damaged or incomplete and is passed over\n"
    assert warning in capsys.readouterr().out


def test_if_all_are_damaged_there_is_none(kept, folder):
    kept.save(1, b"x")
    file_of(folder, 1).write_bytes(b"")
    assert kept.latest() is None


def test_saving_is_postponed_as_a_whole(folder):
    seen = []

    @contextmanager
    def postponed():
        seen.append(folder.exists())
        yield
        seen.append(steps(folder))

    Checkpoints(folder, saves=True, postponed=postponed).save(1, b"x")
    assert seen == [False, [1]]


def test_only_the_first_host_saves_and_every_host_resumes(kept, folder):
    other = Checkpoints(folder, saves=False, postponed=nullcontext)
    other.save(7, b"other")
    assert not folder.exists()
    kept.save(5, b"first")
    assert other.latest() == (5, b"first")


def test_a_negative_step_is_refused(kept):
    with pytest.raises(ValueError, match="checkpoint of step -1: a step is 0 or more"):
        kept.save(-1, b"x")


def discover(paths):
    return checkpoints.discover(paths, saves=True, postponed=nullcontext)


def test_without_a_folder_nothing_is_saved_and_the_log_says_so(paths, capsys):
    kept = discover(paths)
    kept.save(1, b"x")
    assert kept.latest() is None
    assert capsys.readouterr().out == "no checkpoints are kept: the job has no CheckpointConfig\n"
    assert not paths.checkpoints.exists()


def test_the_usual_folder_is_used_if_it_is_there(paths):
    paths.checkpoints.mkdir()
    discover(paths).save(1, b"x")
    assert steps(paths.checkpoints) == [1]


@pytest.mark.parametrize("local_path", ["/opt/ml/checkpoints", "/opt/ml/other/place", "{elsewhere}"])
def test_a_configured_folder_is_made(paths, tmp_path, local_path):
    local_path = local_path.format(elsewhere=tmp_path / "elsewhere")
    (paths.config / "checkpointconfig.json").write_text(json.dumps({"LocalPath": local_path}))
    discover(paths).save(1, b"x")
    assert steps(paths.base / local_path.removeprefix("/opt/ml/")) == [1]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"LocalPath": null}', '{"LocalPath": 5}', '{"S3Uri": "s3://b/p"}']
)
def test_a_configuration_that_names_no_folder_ends_no_job(paths, content):
    (paths.config / "checkpointconfig.json").write_text(content)
    assert discover(paths).folder is None
    paths.checkpoints.mkdir()
    assert discover(paths).folder == paths.checkpoints
