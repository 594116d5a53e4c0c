"""Prints lines for people to standard output. Lines for programs are byoc/log.py's, whose import takes more memory."""

import sys

MOST = 50  # warnings: thousands of files may have the same fault

warnings: list[str] = []  # those that this process has given, in order


def say(line: str) -> None:
    """Print a line for people in one write, so that no other process's line begins within it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(sentence: str) -> None:
    """Print what is probably not meant as one line, once, and keep it for the report; of many, the first."""
    if len(warnings) == MOST - 1:
        sentence = "there is more to warn of, which is left out"
    if len(warnings) < MOST and sentence not in warnings:
        warnings.append(sentence)
        say(f"warning: {sentence}")
