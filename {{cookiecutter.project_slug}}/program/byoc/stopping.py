"""SIGTERM: SageMaker asks the job to end, and kills it 120 seconds later (T-05).

This imports nothing slow, so that a job can listen before all else.
"""

import atexit
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Seconds after the signal at which an algorithm that asks `job.stopping` has had its time and is interrupted …
GRACE = 90
# … and at which a process that still runs ends, whatever it does.
LIMIT = 110

SIGNALS = {signal.SIGTERM, signal.SIGINT}  # Processing may send SIGINT instead


class Stopped(BaseException):
    """The job has to end now. Not an Exception, so that no algorithm swallows it."""


class Stop:
    """SageMaker's wish that the job ends.

    An algorithm is interrupted where it stands, by Stopped, unless it is one that asks `job.stopping`: that one
    may end by itself. A thread keeps the time limit, because code outside Python, such as a solver's, lets neither
    see the signal. (Such code must have released the GIL, as NumPy's and scikit-learn's has.)
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self.awaited = False
        self.end_at_limit: Callable[[str], int] = lambda trace: 1
        self._interruptible = False

    def listen(self) -> None:
        """Take the signals from now on."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        _handle(self._received)
        atexit.register(_handle, signal.SIG_IGN)  # else Python sets SIG_DFL, and a second signal spoils the exit code
        # A forked child, such as multiprocessing's, is no job: its signals are its own, and not for our thread.
        os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_forget)
        threading.Thread(target=self._keep_the_limit, args=(reading,), daemon=True).start()

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """A block that Stopped may interrupt."""
        self._interruptible = True
        try:
            self._interrupt()
            yield
        finally:
            self._interruptible = False

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """A block within `interrupting` that is finished first, such as saving a model."""
        interruptible, self._interruptible = self._interruptible, False
        try:
            yield
        finally:
            self._interruptible = interruptible
        self._interrupt()

    def _received(self, number: int, frame: object) -> None:
        self.signal = self.signal or signal.Signals(number)
        self._interrupt()

    def _interrupt(self) -> None:
        if self.signal and self._interruptible and not self.awaited:
            self._interruptible = False  # once is enough: a second one would hit the algorithm's clean-up
            raise Stopped

    def _keep_the_limit(self, signals: int) -> None:
        main = threading.main_thread().ident
        while SIGNALS.isdisjoint(received := os.read(signals, 64)):
            pass  # another signal, which the algorithm handles
        self.signal = self.signal or signal.Signals(SIGNALS.intersection(received).pop())
        if os.getpgrp() == os.getpid():  # in a container always; else the group is not ours to signal
            os.killpg(0, signal.SIGTERM)  # the algorithm's child processes (T-07)
        time.sleep(GRACE)
        self.awaited = False
        signal.pthread_kill(main, self.signal)
        time.sleep(LIMIT - GRACE)
        exit_code = 128 + self.signal
        try:
            exit_code = self.end_at_limit("".join(traceback.format_stack(sys._current_frames()[main])))
        finally:
            os._exit(exit_code)


def _handle(handler: Callable | signal.Handlers) -> None:
    for number in SIGNALS:
        signal.signal(number, handler)


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _forget() -> None:
    signal.set_wakeup_fd(-1)
    _handle(signal.SIG_DFL)
    _release()
