"""Prints lines for people to standard output. Lines for programs are byoc/log.py's, whose import takes more memory."""

import sys


def say(line: str) -> None:
    """Print a line for people in one write, so that no other process's line begins within it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
