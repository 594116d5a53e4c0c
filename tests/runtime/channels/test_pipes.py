"""Pipe mode: a FIFO an epoch, which may come late, be empty, or be left before its end (T-22, T-23)."""

import gzip
import json
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from byoc.channels import discovery
from byoc.channels.channel import Channel
from byoc.channels.streams import pipes
from byoc.errors import InputError


@pytest.fixture
def channel(paths) -> Channel:
    (paths.config / "inputdataconfig.json").write_text(json.dumps({"a.b-c_1": {"TrainingInputMode": "Pipe"}}))
    return discovery.discover(paths)["a.b-c_1"]


@pytest.fixture
def wrapped(channel) -> Channel:
    return replace(channel, wrapped=True)


@pytest.fixture
def fifo(paths) -> Callable[[int], Path]:
    return lambda epoch: paths.data / f"a.b-c_1_{epoch}"


def part(content: bytes, kind: int = 0) -> bytes:
    return struct.pack("<II", 0xCED7230A, kind << 29 | len(content)) + content + bytes(-len(content) % 4)


def test_every_epoch_is_read_from_a_fifo_of_its_own_whenever_it_comes(channel, feed, fifo):
    feed(fifo(0), b"a,1\nb,2\n", late=0.3)
    assert channel.read_labelled()[1].tolist() == [[1], [2]]
    feed(fifo(1), b"b,2\na,1\n")
    labels, features = channel.read_labelled(epoch=1)
    assert (labels.tolist(), features.tolist()) == (["b", "a"], [[2], [1]])


def test_more_than_a_fifo_can_hold_is_read_to_its_end_gzipped_or_not(channel, feed, fifo):
    rows = b"a,1,2,3,4\n" * 100_000
    feed(fifo(0), rows)
    feed(fifo(1), gzip.compress(rows))
    assert [channel.read_labelled(epoch)[1].shape for epoch in (0, 1)] == [(100_000, 4)] * 2


def test_a_slow_writer_is_waited_for(channel):
    os.mkfifo(channel.fifo(0))

    def write_slowly():
        with channel.fifo(0).open("wb", buffering=0) as fifo:
            for part in (b"a,1\nb", b",2\n"):
                time.sleep(0.2)
                fifo.write(part)

    writer = threading.Thread(target=write_slowly, daemon=True)
    writer.start()
    assert channel.read_labelled()[1].tolist() == [[1], [2]]
    writer.join(10)


def test_an_epoch_may_be_left_before_its_end_for_the_next(channel, feed, fifo):
    feed(fifo(0), b"a,1\n" * 1_000_000)
    for _, content in channel.streams():
        assert content.readline() == b"a,1\n"
        break
    feed(fifo(1), b"a,1\n")
    assert len(channel.read_labelled(epoch=1)[0]) == 1


def test_a_bad_row_is_named_by_fifo_and_line(channel, feed, fifo):
    feed(fifo(0), b"a,1\nb,x\n")
    with pytest.raises(InputError, match=r"a\.b-c_1_0, line 2, column 2: 'x' is not a number"):
        channel.read_labelled()


def test_an_empty_fifo_is_a_channel_without_rows(channel, feed, fifo):
    feed(fifo(0), b"")
    with pytest.raises(InputError, match=r"holds no rows: looked for CSV and Parquet in .*/a\.b-c_1_0$"):
        channel.read_labelled()


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda fifo: None, "was not there after 0 s: TrainingInputMode=Pipe needs it"),
        (os.mkfifo, "nothing wrote into it for 0 s; an epoch can be read only once"),
    ],
    ids=["no FIFO", "no writer"],
)
def test_what_never_comes_is_not_waited_for_without_end(channel, monkeypatch, prepare: Callable, message):
    monkeypatch.setattr(pipes, "PATIENCE", 0.2)
    prepare(channel.fifo(0))
    with pytest.raises(InputError, match=message) as refusal:
        channel.read_labelled()
    assert str(refusal.value).startswith(str(channel.fifo(0)))


@pytest.mark.parametrize("mode", ["Pipe", "File"])
@pytest.mark.parametrize("wrapper", ["RecordIO", "None", None])
def test_inputdataconfig_says_whether_there_is_a_pipe_and_records_in_it(paths, mode, wrapper):
    declared = {"training": {"TrainingInputMode": mode, "RecordWrapperType": wrapper}}
    (paths.config / "inputdataconfig.json").write_text(json.dumps(declared))
    channel = discovery.discover(paths)["training"]
    assert (channel.piped, channel.wrapped) == (mode == "Pipe", wrapper == "RecordIO")


def test_each_record_is_a_file_of_its_own(wrapped, feed, fifo):
    files = [b"a,1\nb,2", b"", b"c,3\n", gzip.compress(b"d,4"), b"\xef\xbb\xbfe,5\n", b"f,6\r\n", b"g,7890"]
    assert {len(file) % 4 for file in files} == {0, 1, 2, 3}
    feed(fifo(0), b"".join(map(part, files)))
    labels, features = wrapped.read_labelled()
    assert labels.tolist() == list("abcdefg")
    assert features[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 7890]


def test_an_augmented_manifest_gives_a_record_for_each_attribute_of_an_object_in_turn(wrapped, feed, fifo):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest-stream.html, for ["image-ref", "class"]."""
    feed(fifo(0), b"".join(map(part, [b"\xff\xd8 a picture", b"1", b"\xff\xd8 another", b"0"])))
    records = (content.read() for _, content in wrapped.streams())
    assert list(zip(records, records, strict=True)) == [(b"\xff\xd8 a picture", b"1"), (b"\xff\xd8 another", b"0")]


def test_the_parts_of_a_record_are_joined(wrapped, feed, fifo):
    feed(fifo(0), part(b"a,1", 1) + part(b"0\nb", 2) + part(b"", 2) + part(b",2\n", 3) + part(b"c,3"))
    labels, features = wrapped.read_labelled()
    assert labels.tolist() == ["a", "b", "c"]
    assert features[:, 0].tolist() == [10, 2, 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (part(b"a,1") + part(b"a,1\nb,x"), "record 2, line 2, column 2: 'x' is not a number"),
        (b"a,1\nb,2\n", "record 1: not RecordIO: begins with 0x0a312c61, not 0xced7230a; see RecordWrapperType"),
        (part(b"a,1") + b"\x0a", "record 2: RecordIO ends in the middle of the record"),
        (part(b"a,1") + part(b"")[:7], "record 2: RecordIO ends in the middle of the record"),
        (part(b"a,1")[:-1], "record 1: RecordIO ends in the middle of the record"),
        (part(b"a,1", 1), "record 1: RecordIO ends in the middle of the record"),
    ],
)
def test_a_bad_record_is_named_by_fifo_and_number(wrapped, feed, fifo, content, message):
    feed(fifo(0), content)
    with pytest.raises(InputError) as refusal:
        wrapped.read_labelled()
    assert str(refusal.value).startswith(f"{wrapped.fifo(0)}, {message}")
