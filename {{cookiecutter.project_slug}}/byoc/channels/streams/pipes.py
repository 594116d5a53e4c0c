"""Pipe mode: each pass over a channel, an epoch, comes through a FIFO of its own (T-22).

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import os
import select
import time
from io import BufferedReader
from pathlib import Path

from byoc.errors import InputError

PATIENCE = 600.0  # seconds that SageMaker has to make a FIFO, and again to begin to write into it
PAUSE = 0.1  # seconds between two looks


def open_fifo(fifo: Path) -> BufferedReader:
    """Open a FIFO that SageMaker may not have made yet. Closing it before its end is allowed.

    Raises InputError if nothing comes within PATIENCE; without that limit, to open an epoch twice would wait for ever.
    """
    deadline = time.monotonic() + PATIENCE
    while not fifo.exists():
        if time.monotonic() > deadline:
            raise InputError(f"{fifo} was not there after {PATIENCE:.0f} s: TrainingInputMode=Pipe needs it")
        time.sleep(PAUSE)
    content = os.fdopen(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb")  # else open() would wait for the writer
    writer = select.poll()
    writer.register(content, select.POLLIN)
    if not writer.poll(PATIENCE * 1000):
        content.close()
        raise InputError(f"{fifo}: nothing wrote into it for {PATIENCE:.0f} s; an epoch can be read only once")
    os.set_blocking(content.fileno(), True)
    return content
