"""Terminal output of programs that measure."""

import argparse
import signal
import sys


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def stop_at_signals() -> None:
    """The first Ctrl-C or SIGTERM ends the run as KeyboardInterrupt; later ones do not disturb the cleaning up."""

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
