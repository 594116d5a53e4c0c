"""Handles SIGTERM in the training process: SageMaker stops the job, and kills it 120 seconds later (T-05).

This imports nothing slow, so that a job can listen before all else.
"""

import atexit
import mmap
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = {signal.SIGTERM, signal.SIGINT}  # Processing may send SIGINT instead
OUT_OF_TIME = signal.SIGALRM  # what the supervisor sends when an algorithm that asks `job.stopping` has had its time


class Stopped(BaseException):
    """The job has to end now. Not an Exception, so that no algorithm swallows it."""


class Stop:
    """Whether SageMaker has asked the job to stop.

    An algorithm is interrupted where it stands, by Stopped, unless it is one that asks `job.stopping`: that one may
    end by itself. Code outside Python, such as a solver's, lets neither see the signal: that is
    for byoc/training/supervisor.py.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self.awaited = False
        self._shared = mmap.mmap(-1, 3)  # bytes shared with the supervisor
        self._interruptible = False

    @property
    def saved(self) -> bool:
        """Whether there is a whole model, so that the job may end as a success."""
        return self._shared[0] == 1

    @saved.setter
    def saved(self, saved: bool) -> None:
        self._shared[0] = saved

    @property
    def expendable(self) -> bool:
        """Whether what is being done is not needed: the model is saved, and however the process ends, it is there."""
        return self._shared[1] == 1

    @expendable.setter
    def expendable(self, expendable: bool) -> None:
        self._shared[1] = expendable

    @property
    def told(self) -> bool:
        """Whether the process has said why it fails, in the log at least."""
        return self._shared[2] == 1

    @told.setter
    def told(self, told: bool) -> None:
        self._shared[2] = told

    def listen(self) -> None:
        """Take the signals from now on."""
        _handle(self._received)
        signal.signal(OUT_OF_TIME, self._out_of_time)
        atexit.register(_handle, signal.SIG_IGN)  # else Python sets SIG_DFL, and a late signal spoils the exit code
        # A forked child, such as multiprocessing's, is no job: its signals are its own.
        os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_forget)

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

    def _out_of_time(self, number: int, frame: object) -> None:
        self.awaited = False
        self._interrupt()

    def _interrupt(self) -> None:
        if self.signal and self._interruptible and not self.awaited:
            self._interruptible = False  # once is enough: a second one would hit the algorithm's clean-up
            raise Stopped


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block of code outside Python that waits for other hosts and takes a signal for a failure of theirs.

    The signal is taken after it. https://man7.org/linux/man-pages/man7/signal.7.html says which calls fail with EINTR.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS | {OUT_OF_TIME})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _handle(handler: Callable | signal.Handlers) -> None:
    for number in SIGNALS:
        signal.signal(number, handler)


def _forget() -> None:
    _handle(signal.SIG_DFL)
    signal.signal(OUT_OF_TIME, signal.SIG_DFL)
    _release()
