"""Lines for people on standard output. What is for programs to read, byoc/log.py prints, which takes more memory."""

import sys


def say(line: str) -> None:
    """Print a line for people in one write, so that no other process's line begins within it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
