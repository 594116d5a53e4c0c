"""What the runtime's tests and the algorithms' tests of a job share: an /opt/ml, a FIFO as in Pipe mode."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest

from byoc import notices
from byoc.paths import Paths


@pytest.fixture(autouse=True)
def environment_restored():
    """A job puts SM_* variables into its process (T-33), which here goes on to the next test."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture(autouse=True)
def no_notices(monkeypatch):
    """A job warns of nothing that another has warned of."""
    monkeypatch.setattr(notices, "_given", [])


@pytest.fixture
def paths(tmp_path, monkeypatch) -> Paths:
    """An /opt/ml as a job finds it, with a channel `training` of four rows; SAGEMAKER_BASE_DIR names it."""
    paths = Paths(tmp_path / "ml")
    for folder in (paths.config, paths.data / "training", paths.model, paths.output_data):
        folder.mkdir(parents=True)
    (paths.config / "hyperparameters.json").write_text("{}")
    (paths.data / "training/rows.csv").write_text("a,1,10\nb,2,20\na,1.5,11\nb,2.5,21\n")
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(paths.base))
    return paths


@pytest.fixture
def feed() -> Iterator[Callable]:
    """Make a FIFO and write an epoch into it, as SageMaker does in Pipe mode: `feed(fifo, b"…", late=seconds)`."""
    threads = []

    def write(fifo: Path, content: bytes, late: float) -> None:
        time.sleep(late)
        os.mkfifo(fifo)
        with suppress(BrokenPipeError), fifo.open("wb") as writing:  # the reader may have enough before its end
            writing.write(content)

    def start(fifo: Path, content: bytes, late: float = 0.0) -> None:
        threads.append(threading.Thread(target=write, args=(fifo, content, late), daemon=True))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "the FIFO was not opened or not read"
