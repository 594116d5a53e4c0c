"""Prints lines for people to standard output. Lines for programs are byoc/log.py's, whose import takes more memory."""

import sys

warnings: list[str] = []  # all that this process has given, in order


def say(line: str) -> None:
    """Print a line for people in one write, so that no other process's line begins within it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(sentence: str) -> None:
    """Print what is probably not meant as one line, once, and keep it for the report."""
    if sentence not in warnings:
        warnings.append(sentence)
        say(f"warning: {sentence}")
