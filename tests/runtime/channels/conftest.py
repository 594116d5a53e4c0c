"""What the tests of channels share: a channel of files, and both ways to read its rows."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from pyarrow import parquet

from byoc.channels.channel import Channel
from byoc.channels.chosen import ChosenColumns
from byoc.errors import InputError


class Rows(NamedTuple):
    names: list[str]
    labels: list[Any]
    features: list[tuple[Any, ...]]


@pytest.fixture
def lay(tmp_path) -> Callable[..., Channel]:
    """A channel of these files, of text, bytes or columns for Parquet: `lay("a,1\\n", target=2)`."""

    def lay(*files: str | bytes | dict, **chosen: Any) -> Channel:
        folder = tmp_path / "training"
        folder.mkdir(exist_ok=True)
        for number, content in enumerate(files):
            file = folder / f"{number}.csv"
            if isinstance(content, dict):
                parquet.write_table(pa.table(content), file)
            else:
                file.write_bytes(content.encode() if isinstance(content, str) else content)
        return Channel("training", folder, chosen=ChosenColumns(**chosen))

    return lay


def labelled(channel: Channel) -> Rows:
    names, labels, features = channel.read_named()
    return Rows(names, labels.tolist(), [*map(tuple, features.tolist())])


def mixed(channel: Channel) -> Rows:
    labels, rows = channel.read_records()
    return Rows([*rows.dtype.names], labels.tolist(), rows.tolist())


@pytest.fixture(params=[labelled, mixed], ids=["labelled", "records"])
def read(request) -> Callable[[Channel], Rows]:
    """Read a channel in either way."""
    return request.param


@pytest.fixture
def refused(lay, read) -> Callable[..., None]:
    """Both ways to read refuse these files, in one short line that begins with the first one's name."""

    def refused(words: str, *files: str | bytes | dict, **chosen: Any) -> None:
        channel = lay(*files, **chosen)
        with pytest.raises(InputError) as refusal:
            read(channel)
        message = str(refusal.value)
        assert message.startswith(str(channel.folder / "0.csv"))
        assert words in message
        assert "\n" not in message
        assert len(message) < 1000  # a FailureReason has 1,024

    return refused
