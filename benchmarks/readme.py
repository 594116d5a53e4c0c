"""The parts of READMEs that hold what was measured: never filled by hand."""

import re
from pathlib import Path

END = "<!-- The end of that part. -->\n"


def publish(table: str, output: Path | None, file: Path, begin: str) -> None:
    """Print what was measured, and keep it: in `output` if that is given, else in `file` after the line `begin`."""
    if output:
        output.write_text(f"{table}\n", "utf-8")
    else:
        fill(file, begin, table)
    print(table)


def fill(file: Path, begin: str, text: str) -> None:
    """Put `text` between the line `begin` and the END after it."""
    part = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(END)})", re.DOTALL)
    file.write_text(part.sub(lambda _: f"\n{text}\n\n", file.read_text("utf-8")), "utf-8")
