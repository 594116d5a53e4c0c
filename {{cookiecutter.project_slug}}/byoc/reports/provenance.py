"""What a report is about: the job, when it was, and the data that it read."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from byoc.channels.channel import Channel
from byoc.reports.page import Table, short

MOST_FILES = 3
PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"  # not in an image


def tables(title: str, channels: Mapping[str, Channel]) -> list[Table]:
    """Of the job's name on SageMaker, or the project's elsewhere, the algorithm and the time; and of the channels."""
    data = [_channel(name, channel) for name, channel in channels.items()]
    return [
        Table("Job", ("", ""), _job(title)),
        Table("Data", ("channel", "rows read", "files", ""), data),
    ]


def _job(title: str) -> Iterator[tuple[str, str]]:
    if name := os.environ.get("TRAINING_JOB_NAME"):  # T-30
        yield "training job", name
    if PROJECT.exists():
        yield "project", tomllib.loads(PROJECT.read_text(encoding="utf-8")).get("project", {}).get("name", "–")
    yield "algorithm", title
    yield "written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def _channel(name: str, channel: Channel) -> tuple[str, str, str, str]:
    """Of one that was read otherwise than by rows only the files are known."""
    files = list(channel.found) or ([] if channel.piped else [str(file) for file in channel.files()])
    rows = f"{sum(channel.found.values()):,}" if channel.found else "–"
    named = ", ".join(short(Path(file).name, 40) for file in files[:MOST_FILES])
    return name, rows, f"{len(files):,}", f"{named}, …" if len(files) > MOST_FILES else named
