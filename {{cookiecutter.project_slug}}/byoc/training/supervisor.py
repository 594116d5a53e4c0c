"""The supervisor: `train` forks the process that trains, passes signals on to it, and reports how it ended.

So a job ends in time and with a reason even where its own Python cannot act: killed for lack of memory, crashed in a
library, or stuck in C code that holds Python's lock (T-05, T-08, T-09). In a container this is process 1, and reaps
orphans. Hosts that train together also end together (byoc/hosts/shutdown.py).
"""

import ctypes
import faulthandler
import importlib.util
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from byoc import failure
from byoc.errors import SettingError
from byoc.failure import End
from byoc.paths import Paths
from byoc.training.stopping import OUT_OF_TIME, SIGNALS, Stop

if importlib.util.find_spec("byoc.hosts.shutdown"):  # only where the algorithm trains on several hosts
    from byoc.hosts import shutdown
else:
    shutdown = None

# Seconds after SIGTERM at which an algorithm that asks `job.stopping` has had its time and is interrupted …
GRACE = 90
# … and at which a process that still runs is killed, whatever it does.
LIMIT = 110

PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
WHERE = signal.SIGUSR2  # makes the process tell where it is
WRITING = 0.5  # seconds for that
OVER = signal.SIGUSR1  # the heartbeat's: all hosts have ended, or one cannot go on
AWAITED = SIGNALS | {signal.SIGALRM, signal.SIGCHLD, OVER}

IN_THE_LOG = "the reason is above, in the log only: the failure file could not be written"
LIKELY = {
    signal.SIGKILL: ", most likely for lack of memory: take an instance with more, or less data at a time",
    signal.SIGSEGV: ", a fault in the compiled code of a library",
    signal.SIGILL: ": a library was compiled for another CPU",
    signal.SIGBUS: ": /dev/shm may be full, through which data loaders hand over what they load",
}


def supervised(work: Callable[[Stop], int]) -> int:
    """Run `work` in a process of its own, where it returns `work`'s exit code; here, later, that of the job."""
    paths = Paths.from_environment()
    with suppress(OSError):
        paths.failure.unlink()  # left by an earlier run over the same folder; a success has none
    try:
        heartbeat = shutdown.heartbeat_of(paths, OVER) if shutdown else None
    except SettingError as error:
        failure.report(paths.failure, str(error), "")
        return 1
    stop = Stop()
    reading, writing = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    supervisor = os.getpid()
    process = os.fork()
    if process == 0:
        _end_with(supervisor)
        faulthandler.enable(writing, all_threads=False)
        faulthandler.register(WHERE, writing, all_threads=False)
        stop.listen()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return work(stop)

    if heartbeat:
        heartbeat.start()
    exit_code, sent = _watch(process, heartbeat.stop if heartbeat else lambda: None)
    os.write(writing, b"\n")  # so that there is something to read, even if the process could not tell where it was
    trace = _traceback(os.read(reading, 65_536).decode(errors="replace"))
    end = _end(exit_code, sent, stop, paths.failure)
    if heartbeat:
        return shutdown.end_with_the_others(heartbeat, end, paths.failure, trace, SIGNALS, OVER)
    if end.code:
        failure.report(paths.failure, end.reason, trace)
    return end.code


def _end_with(supervisor: int) -> None:
    """Have the kernel kill this process if the supervisor is killed: outside a container, it would train on unseen."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:  # killed before that
            os._exit(1)


def _watch(process: int, stopped: Callable[[], None]) -> tuple[int, list[signal.Signals]]:
    """Wait for its end; returns its exit code, or -n if signal n ended it, and the signals that it was sent.

    Calls `stopped` when the job is to end.
    """
    signal.signal(signal.SIGCHLD, lambda number, frame: None)  # else some systems do not keep it for sigwait
    later = iter(((OUT_OF_TIME, LIMIT - GRACE), (WHERE, WRITING), (signal.SIGKILL, 0)))
    sent: list[signal.Signals] = []
    while True:
        received = signal.sigwait(AWAITED)
        if received == signal.SIGCHLD:
            exit_code = _bury(process)
            if exit_code is not None:
                return exit_code, sent
        elif received in SIGNALS and not sent:
            # In a container also the algorithm's own children get it (T-07); elsewhere the group may not be ours.
            os.kill(0 if os.getpgrp() == os.getpid() else process, received)
            sent.append(signal.Signals(received))
            stopped()
            signal.setitimer(signal.ITIMER_REAL, GRACE)
        elif received == OVER:
            os.kill(process, WHERE)
            later = iter(((signal.SIGKILL, 0),))
            signal.setitimer(signal.ITIMER_REAL, WRITING)
        elif received == signal.SIGALRM:
            number, seconds = next(later)
            os.kill(process, number)
            sent.append(number)
            signal.setitimer(signal.ITIMER_REAL, seconds)


def _bury(process: int) -> int | None:
    """Take note of every child that ended; returns the exit code of `process` if it is one of them."""
    exit_code = None
    with suppress(ChildProcessError):  # there are no more
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == process:
                exit_code = os.waitstatus_to_exitcode(ended[1])
    return exit_code


def _end(exit_code: int, sent: list[signal.Signals], stop: Stop, told: Path) -> End:
    """How the training ended; the reason is what it `told` itself, or else what there is to see from outside.

    The exit code is that of the process, or 128 + n if signal n ended it, as in a shell.
    """
    if exit_code > 0 and told.exists():
        return End(exit_code, failure.reason(told), bool(sent))
    if exit_code > 0 and stop.told:
        return End(exit_code, IN_THE_LOG, bool(sent))
    if -exit_code in sent and stop.saved:
        print(f"stopped by {sent[0].name} after the model was saved", flush=True)
        return End(0, "", True)
    if exit_code < 0 and not sent and stop.expendable:
        ended_by = signal.Signals(-exit_code)
        print(
            f"warning: the report was ended by {ended_by.name}{LIKELY.get(ended_by, '')}; the model is saved",
            flush=True,
        )
        return End(0, "")
    if exit_code >= 0:
        reason = f"the training process ended with exit code {exit_code} and gave no reason" if exit_code else ""
        return End(exit_code, reason, bool(sent))
    if -exit_code in sent:
        return End(128 + sent[0], f"stopped by {sent[0].name} before there was a model to save", True)
    ended_by = signal.Signals(-exit_code)
    return End(128 + ended_by, f"the training process was ended by {ended_by.name}{LIKELY.get(ended_by, '')}")


def _traceback(dump: str) -> str:
    """The stack that faulthandler wrote, in the order of other tracebacks: the most recent call last."""
    calls = [line for line in dump.splitlines() if line.startswith("  File ")]
    return "\n".join(["Traceback (most recent call last):", *reversed(calls)]) if calls else ""
