"""Channels are found where SageMaker puts them, and their rows are read whole or refused (T-14 to T-25)."""

import gzip
import json
import tracemalloc

import numpy as np
import pytest

from byoc.channels import discovery
from byoc.channels.channel import Channel
from byoc.errors import InputError


@pytest.fixture
def channel(tmp_path) -> Channel:
    return Channel("training", tmp_path)


def test_without_inputdataconfig_every_folder_is_a_channel_and_no_file_is(paths):
    (paths.data / "a.b-c_1").mkdir()
    (paths.data / "training-manifest").write_text("[]")
    assert list(discovery.discover(paths)) == ["a.b-c_1", "training"]


def test_inputdataconfig_decides_which_channels_there_are(paths):
    (paths.data / "lost+found").mkdir()
    declared = {
        "validation": {"TrainingInputMode": "FastFile", "S3DistributionType": "ShardedByS3Key"},
        "training": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"},
        "test": {"TrainingInputMode": "File", "ContentType": "text/csv"},
    }
    (paths.config / "inputdataconfig.json").write_text(json.dumps(declared))
    found = discovery.discover(paths)
    assert {name: channel.sharded for name, channel in found.items()} == {
        "validation": True,
        "training": False,
        "test": False,
    }
    assert found["training"] == Channel("training", paths.data / "training")


@pytest.mark.parametrize("content", ["{}", None], ids=["declared as none", "no data folder"])
def test_a_job_without_channels_is_legal(paths, content):
    if content is None:
        paths.data.rename(paths.base / "elsewhere")
    else:
        (paths.config / "inputdataconfig.json").write_text(content)
    assert discovery.discover(paths) == {}


@pytest.mark.parametrize("mode", ["pipe", "file", "Stream", 5])
def test_a_mode_that_cannot_be_read_is_refused_by_its_name_before_anything_is_read(paths, mode):
    (paths.config / "inputdataconfig.json").write_text(json.dumps({"training": {"TrainingInputMode": mode}}))
    message = (
        f"channel 'training' has TrainingInputMode={mode}, which cannot be read here: use one of File, FastFile, Pipe"
    )
    with pytest.raises(InputError, match=message):
        discovery.discover(paths)


@pytest.mark.parametrize("content", [b"", b"{", b'["training"]', b'{"training": 5}', b"5", b"\xff"])
def test_an_inputdataconfig_of_another_shape_is_refused_with_its_place(paths, content):
    file = paths.config / "inputdataconfig.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match="must hold an object of channels: ") as refusal:
        discovery.discover(paths)
    assert str(file) in str(refusal.value)


def test_all_files_are_read_in_order_through_every_folder_but_hidden_ones_and_manifests_are_not(channel):
    files = {"2.csv": "c,3", "1.csv": "a,1\nb,2", "10/x.csv": "d,4", "10/20/y": "e,5"}
    files |= {".hidden": "?", ".ipynb_checkpoints/1.csv": "?", "training-manifest": "[]", "10/some.manifest": "[]"}
    for name, content in files.items():
        (channel.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (channel.folder / name).write_text(content)
    labels, features = channel.read_labelled()
    assert dict(zip(labels, features[:, 0], strict=True)) == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
    assert channel.files() == sorted(channel.files())


@pytest.mark.parametrize(
    "content",
    [
        b"a,1,2\nb,3,4\n",
        b"a,1,2\nb,3,4",
        b"a,1,2\r\nb,3,4\r\n",
        b"\xef\xbb\xbfa,1,2\nb,3,4\n",
        b'"a",1,"2"\n"b",3e0,4.0\n',
        b"a , 1, 2\n\n b,\t3 ,+4\n\n",
        gzip.compress(b"a,1,2\nb,3,4\n", mtime=0),
        gzip.compress(b"a,1,2\n", mtime=0) + gzip.compress(b"b,3,4\n", mtime=0),
    ],
    ids=["plain", "no last newline", "CRLF", "BOM", "quoted", "blanks", "gzip", "gzip after gzip"],
)
def test_every_usual_way_to_write_csv_gives_the_same_rows(channel, content):
    (channel.folder / "rows.csv").write_bytes(content)
    labels, features = channel.read_labelled()
    assert labels.tolist() == ["a", "b"]
    assert features.dtype == np.float32
    assert features.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["0", "1", "-12"], "i"),
        (["1", "two"], "U"),
        (["1", "2.5"], "U"),
        (["01", "1"], "U"),
        (["1_0", "10"], "U"),
        (["9223372036854775807"], "i"),
        (["9223372036854775808"], "U"),
        (['ä, "b"\nc', "no"], "U"),
    ],
)
def test_labels_become_int64_only_if_that_loses_nothing(channel, labels, kind):
    quoted = [label.replace('"', '""') for label in labels]
    (channel.folder / "rows.csv").write_text("".join(f'"{label}",1\n' for label in quoted), encoding="utf-8")
    read, _ = channel.read_labelled()
    assert read.dtype.kind == kind
    assert [str(label) for label in read] == labels


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,1\nb,x\n", "line 2, column 2: 'x' is not a number"),
        ("label,width\na,1\n", "line 1, column 2: 'width' is not a number; .* without header"),
        ("a,1\nb,\n", "line 2, column 2: '': no value may be missing here; leave such rows out, or put a number"),
        ("a,1\nb,nan\n", "line 2, column 2: 'nan': no value may be missing here"),
        ("a,1,1e999\n", "line 1, column 3: '1e999' is not a finite float32 number$"),
        ("a,1,2\nb,3\n", "line 2: 1 features, but the rows before it have 2"),
        ("a,1\nb,3,4\n", "line 2: 2 features, but the rows before it have 1"),
        ("a\n", "line 1: a row needs a label and at least one feature"),
        ("a,1\n ,2\n", "line 2, column 1: the label is missing"),
        ('"a\nb",1\n"c",x\n', "line 3, column 2: 'x' is not a number"),
        (b"a,1\n\xff,2\n", "not CSV in UTF-8"),
        (gzip.compress(b"a,1\nb,x\n", mtime=0), "line 2, column 2: 'x' is not a number"),
        (gzip.compress(b"a,1\n", mtime=0)[:-4], "begins as gzip, but cannot be unpacked: "),
        (gzip.compress(b"a,1\n", mtime=0)[:-8] + bytes(8), "begins as gzip, but cannot be unpacked: CRC check failed"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 20, "begins as gzip, but cannot be unpacked: "),
    ],
)
def test_a_bad_row_or_file_is_refused_with_file_and_line(channel, content, message):
    file = channel.folder / "rows.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message) as refusal:
        channel.read_labelled()
    assert str(refusal.value).startswith(str(file))


@pytest.mark.parametrize("files", [[], ["rows.csv"]], ids=["no file", "an empty file"])
def test_a_channel_without_rows_is_refused_with_its_folder(channel, files):
    for name in files:
        (channel.folder / name).touch()
    with pytest.raises(InputError, match="channel 'training' holds no rows: looked for CSV and Parquet in") as refusal:
        channel.read_labelled()
    assert str(channel.folder) in str(refusal.value)


def test_a_host_whose_share_is_no_file_is_told_so(tmp_path):
    channel = Channel("training", tmp_path, sharded=True)
    with pytest.raises(InputError, match=r"channel 'training' gave this host no files: .*ShardedByS3Key.* as hosts"):
        channel.read_labelled()
    (tmp_path / "rows.csv").touch()
    with pytest.raises(InputError, match="channel 'training' holds no rows"):
        channel.read_labelled()


def test_nothing_is_written_beside_the_data(channel):
    (channel.folder / "rows.csv.gz").write_bytes(gzip.compress(b"a,1\nb,2\n"))
    before = channel.folder.stat().st_mtime_ns
    channel.read_labelled()
    assert channel.folder.stat().st_mtime_ns == before
    assert [file.name for file in channel.folder.iterdir()] == ["rows.csv.gz"]


def test_many_rows_are_read_in_little_more_memory_than_their_numbers_take(channel):
    rows, columns = 20_000, 4
    (channel.folder / "rows.csv").write_text("".join(f"name {n % 3},{n},{n},{n},{n}\n" for n in range(rows)))
    tracemalloc.start()
    try:
        labels, features = channel.read_labelled()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert features[-1].tolist() == [rows - 1] * columns
    assert labels[:4].tolist() == ["name 0", "name 1", "name 2", "name 0"]
    assert peak < 2.5 * (labels.nbytes + features.nbytes)
