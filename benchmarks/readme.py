"""The parts of READMEs that hold what was measured: never filled by hand."""

import re
from pathlib import Path

END = "<!-- The end of that part. -->\n"


def fill(file: Path, begin: str, text: str) -> None:
    """Put `text` between the line `begin` and the END after it."""
    part = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(END)})", re.DOTALL)
    file.write_text(part.sub(lambda _: f"\n{text}\n\n", file.read_text("utf-8")), "utf-8")
