"""Prints lines for people to standard output. Lines for programs are byoc/log.py's, whose import takes more memory."""

import sys
import textwrap

WIDTH = 80


def say(line: str) -> None:
    """Print a line for people in one write, so that no other process's line begins within it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def entry(name: str, meaning: str) -> str:
    """An entry of a help text: a name, and what it means below it; no line is wider than a terminal."""
    lines = textwrap.wrap(name, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    indent = " " * 6
    return "\n".join(lines + textwrap.wrap(meaning, WIDTH, initial_indent=indent, subsequent_indent=indent))
