"""Progress of a long training: a line that renews itself on a terminal, plain lines elsewhere, for regexes."""

import sys
import time
from collections.abc import Mapping

from byoc import status
from byoc.training.metrics import line

RENEW = "\r\x1b[K"  # to the line's start, and clear it


class Progress:
    """Tells of `total` steps, of which `done` were done before: `round 12 of 100: train:rmse=0.123456`."""

    def __init__(self, unit: str, total: int, done: int = 0):
        self._unit, self._total, self._done = unit, total, done
        self._began = time.monotonic()
        self._renews = sys.stdout.isatty()
        self._tell_next(done)

    def step(self, number: int, metrics: Mapping[str, float]) -> None:
        """Tell that step `number` is done, and what it came to; each metric as `name=value` (T-47)."""
        self._tell_next(number)
        told = " ".join(line(name, value) for name, value in metrics.items())
        step = f"{self._unit} {number} of {self._total}{told and f': {told}'}"
        if self._renews:
            left = (time.monotonic() - self._began) / (number - self._done) * (self._total - number)
            print(f"{RENEW}{step}, {left:.0f} s left", end="", flush=True)
        else:
            print(step, flush=True)

    def _tell_next(self, done: int) -> None:
        status.update(f"{self._unit} {done + 1} of {self._total}" if done < self._total else "ending")

    def end(self) -> None:
        """What is printed from now on begins on a line of its own."""
        if self._renews:
            print(flush=True)
