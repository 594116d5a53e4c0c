"""What is printed: lines and tables for people, one JSON document for programs."""

import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

COLOURS = {"good": "32", "bad": "31;1", "faint": "2", "strong": "1"}


class Console:
    """With `as_json`, standard output has the result alone, and all else goes to standard error."""

    def __init__(self, as_json: bool = False):
        self.as_json = as_json
        self.begun = time.monotonic()

    @property
    def stream(self):
        return sys.stderr if self.as_json else sys.stdout

    def say(self, line: str = "", style: str = "") -> None:
        """Print a line, in colour only on a terminal, and only where nobody minds: https://no-color.org"""
        plain = not style or not self.stream.isatty() or os.environ.get("NO_COLOR")
        self.stream.write(f"{line}\n" if plain else f"\x1b[{COLOURS[style]}m{line}\x1b[0m\n")
        self.stream.flush()

    def progress(self, line: str) -> None:
        """A line with the seconds since the start, for what takes a while."""
        self.say(f"[{time.monotonic() - self.begun:4.0f} s] {line}")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Columns as wide as they need; on a terminal, what would be wider than it is cut in the last column."""
        cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
        widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
        for number, row in enumerate(cells):
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            if self.stream.isatty():
                line = line[: shutil.get_terminal_size().columns]
            self.say(line, "strong" if number == 0 else "")

    def result(self, found: Any) -> None:
        """What a program wants of the verb; printed with --json alone, once, at the end."""
        if self.as_json:
            print(json.dumps(found, indent=2, default=_jsonable), flush=True)

    def confirm(self, question: str) -> bool:
        """Whether a person says yes. Where nobody can be asked, no."""
        if not sys.stdin.isatty():
            return False
        self.stream.write(f"{question} [y/N] ")
        self.stream.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")


def _jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
