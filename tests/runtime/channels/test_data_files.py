"""Which files of a channel are data: through links, and without what tools leave (kind 11)."""

import pytest

from byoc.channels import discovery
from byoc.channels.channel import Channel
from byoc.errors import InputError


@pytest.fixture
def channel(tmp_path) -> Channel:
    channel = Channel("training", tmp_path / "training")
    channel.folder.mkdir()
    (channel.folder / "0.csv").write_text("a,1\n")
    return channel


def test_linked_folders_are_read_once_however_they_are_linked(channel, tmp_path):
    elsewhere = tmp_path / "elsewhere/deeper"
    elsewhere.mkdir(parents=True)
    (elsewhere / "1.csv").write_text("b,2\n")
    (elsewhere / "round").symlink_to(tmp_path / "elsewhere")
    (elsewhere / "home").symlink_to(channel.folder)
    (channel.folder / "linked").symlink_to(tmp_path / "elsewhere")
    (channel.folder / "again").symlink_to(elsewhere)
    (channel.folder / "self").symlink_to(".")
    labels, features = channel.read_labelled()
    assert (labels.tolist(), features[:, 0].tolist()) == (["a", "b"], [1, 2])


def test_a_channel_may_be_a_link(channel, tmp_path):
    (tmp_path / "other").symlink_to(channel.folder)
    assert len(Channel("other", tmp_path / "other").read_labelled()[0]) == 1


def test_a_link_to_nothing_is_refused(channel):
    (channel.folder / "1.csv").symlink_to("gone.csv")
    with pytest.raises(InputError, match=r"1\.csv: a link to gone\.csv, which is not there"):
        channel.read_labelled()


@pytest.mark.parametrize(
    "name",
    [
        "_SUCCESS",
        "_committed_7129",
        "_started_7129",
        "_metadata",
        "_common_metadata",
        "_delta_log/00000.json",
        "_temporary/0/part-0",
        "_spark_metadata/0",
        "query.csv.metadata",
        ".part-0.csv.crc",
        "part-0.csv.crc",
        "part_$folder$",
        ".ipynb_checkpoints/0.csv",
        "files.manifest",
        "training-manifest",
    ],
)
def test_what_tools_leave_beside_data_is_none(channel, name):
    (channel.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (channel.folder / name).write_text("what is this?")
    assert channel.read_labelled()[0].tolist() == ["a"]


@pytest.mark.parametrize("name", ["_rows.csv", "year=2026/part-0", "success", "_started/x", "metadata"])
def test_other_files_are(channel, name):
    (channel.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (channel.folder / name).write_text("b,2\n")
    assert sorted(channel.read_labelled()[0]) == ["a", "b"]


def test_a_channel_that_is_declared_and_not_there_names_the_file_that_declares_it(paths):
    (paths.config / "inputdataconfig.json").write_text('{"validation": {}}')
    with pytest.raises(
        InputError, match="validation, which is not there: put files into it, or take the channel out"
    ) as no:
        discovery.discover(paths)["validation"].read_labelled()
    assert str(paths.config / "inputdataconfig.json") in str(no.value)
