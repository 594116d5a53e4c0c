"""Terminal output of a run: progress, then what is not held, and the counts."""

import os
import shutil
import sys
import textwrap
import threading
from pathlib import Path

from .outcome import BROKEN, HELD, MARKS, NOT_CHECKED, NOT_HELD, Result
from .report import all_musts_hold, by_level, by_reason, conclusion, table
from .runner import Verdict

COLOURS = {HELD: "32", NOT_HELD: "31;1", NOT_CHECKED: "2", BROKEN: "35;1"}


def coloured(text: str, outcome: str) -> str:
    """In its colour, but only on a terminal, and only where nobody minds: https://no-color.org"""
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR")
    return text if plain else f"\x1b[{COLOURS[outcome]}m{text}\x1b[0m"


class Progress:
    """A line for each check that ends, numbered."""

    def __init__(self, total: int):
        self.ended, self.total = 0, total
        self.lock = threading.Lock()

    def tell(self, name: str, result: Result) -> None:
        what = name.partition(".")[2].replace("_", " ")
        line = f"{MARKS[result.outcome]} {what} ({result.seconds:.1f} s)"
        line += "" if result.outcome == HELD else f": {result.seen[:200]}"
        with self.lock:
            self.ended += 1
            print(f"{self.ended:>{len(str(self.total))}}/{self.total} {coloured(line, result.outcome)}", flush=True)


def show(verdicts: list[Verdict], seconds: float, more: Path) -> None:
    """What is not held and the counts come last, where the eye is; what is held is in the report only."""
    width = shutil.get_terminal_size((140, 40)).columns
    reasons = by_reason(verdicts)
    if reasons:
        print(f"\n{NOT_CHECKED.upper()} ({sum(map(len, reasons.values()))})")
    for reason, ids in reasons.items():
        line = textwrap.fill(f"{len(ids):>3} {reason}: {' '.join(ids)}", width, subsequent_indent="    ")
        print(coloured(line, NOT_CHECKED))
    for outcome in (BROKEN, NOT_HELD):
        chosen = by_level(verdicts, outcome)
        if chosen:
            print(f"\n{outcome.upper()} ({len(chosen)})")
        for verdict in chosen:
            duty = verdict.duty
            print(coloured(f"{MARKS[outcome]} {duty.level:<7}{duty.id:<6}{duty.duty}: {verdict.seen}", outcome))
            print(f"               {duty.page}")
    print("", *table(verdicts), "", sep="\n")
    print(coloured(conclusion(verdicts), HELD if all_musts_hold(verdicts) else NOT_HELD))
    print(f"{len(verdicts)} duties in {seconds:.0f} s; what each id means, and what was seen, is in {more}")
